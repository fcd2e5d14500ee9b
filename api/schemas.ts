// The shapes of the HTTP contract (docs/http-contract.md), once: what validates a request and what the OpenAPI
// document says come from here. Kinds of value are the schema's business (400); whether a value makes sense for a
// station is the ledger's (404, 409, 422, 429).
import Type from 'typebox';
import { ALGORITHM_NAMES, OPERATIONS, type Operation } from '../charging/codes/index.ts';

const instant = (description: string) => Type.String({ format: 'date-time', description });
const outlets = Type.Integer({ minimum: 1, maximum: 20, description: 'Where one vehicle charges at a time.' });
const unit = Type.Enum(['min', 'Wh'], { description: 'What the station sells.' });
const stationId = (description: string) => Type.String({ description, examples: ['CP-0001'] });
const nullableInstant = (description: string) =>
  Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description });

const Money = Type.Object(
  {
    minorUnits: Type.Integer({ minimum: 0, description: "In the currency's smallest unit: cents, fen, yen." }),
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217.', examples: ['EUR'] }),
  },
  { $id: 'Money' },
);

// --- what comes in ---------------------------------------------------------------------------------------------

export const ChargingRequestBody = Type.Object({
  station: stationId('What is printed on the station.'),
  amount: Type.Number({ description: "In the station's unit, a multiple of its step.", examples: [60] }),
});

export const ReceiptBody = Type.Object({
  station: stationId('What is printed on the station.'),
  receipt: Type.String({
    description: 'The 12 or 14 digits that the station shows; blanks and dashes between them do no harm.',
    examples: ['041873629150'],
  }),
  code: Type.Optional(
    Type.String({
      maxLength: 64,
      description: 'The code, in either layout: for a client that did not buy it. Blanks and dashes do no harm.',
    }),
  ),
  request: Type.Optional(Type.String({ maxLength: 64, description: 'Or the id of the charging request.' })),
});

export const ReportBody = Type.Object({
  report: Type.String({
    description: 'As it stands behind `#report=` in the QR code of the station: base64url, sealed by the station.',
  }),
});

export const CancellationBody = Type.Object({
  request: Type.String({ description: 'The id of a charging request that nobody has paid.' }),
});

const terms = {
  name: Type.Optional(Type.String({ maxLength: 200, description: 'For people: where it stands.' })),
  site: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'Which stations a statement sums up together, as those of one car park.',
    }),
  ),
  unit: Type.Optional(unit),
  step: Type.Optional(Type.Integer({ description: "In `unit`s: what a station's amounts are multiples of." })),
  layout: Type.Optional(
    Type.Enum([...ALGORITHM_NAMES], {
      description:
        'Vouchers of 10 digits (`compact`) or of 12 (`long`); of 12 that live longer, for several outlets (`wide`).',
    }),
  ),
  sequence: Type.Optional(
    Type.Enum(['clock', 'counter'], { description: 'Whether the station has a clock, or counts its codes.' }),
  ),
  slotSeconds: Type.Optional(Type.Integer({ description: 'Length of a slot of a `clock` station, 60 or more.' })),
  keyVersion: Type.Optional(Type.Integer({ description: "Version of the station's key; grows with each rotation." })),
  outlets: Type.Optional(
    Type.Integer({ description: 'Where one vehicle charges at a time: 1 to 20. Changes no other term.' }),
  ),
};

export const NewStationBody = Type.Object({
  id: stationId('What will be printed on the station.'),
  ...terms,
  price: Type.Optional(Money),
});

export const StationChangeBody = Type.Object({
  ...terms,
  price: Type.Optional(Type.Union([Money, Type.Null()], { description: '`null` takes the price away.' })),
});

export const ServiceCodeBody = Type.Object({
  operation: Type.Enum(Object.keys(OPERATIONS) as Operation[]),
});

export const LayoutQuery = Type.Object({
  layout: Type.Optional(
    Type.Enum(['compact', 'long', 'rescue'], {
      description:
        'The layout of the same voucher; `rescue` is the one that a locked keypad still hears, as is `long`.',
    }),
  ),
});
export const BillQuery = Type.Object({
  language: Type.Optional(Type.Enum(['en', 'zh-CN'])),
});
export const StationsQuery = Type.Object({
  after: Type.Optional(Type.String({ maxLength: 64, description: '`next` of the page before.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  search: Type.Optional(Type.String({ maxLength: 200, description: 'Part of an id or a name.' })),
  retired: Type.Optional(Type.Boolean({ description: 'Only those retired, or only those not.' })),
});
export const ProvisioningQuery = Type.Object({
  keyVersion: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'Another version of the key than today’s.' }),
  ),
});
export const StatementQuery = Type.Object({
  month: Type.Optional(Type.String({ maxLength: 7, description: 'As 2026-11.' })),
  station: Type.Optional(stationId('Only this station.')),
  site: Type.Optional(Type.String({ maxLength: 200, description: 'Only the stations of this site.' })),
});
export const ExportQuery = Type.Object({
  from: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601; the first moment that is in it.' })),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601; the first moment that is not.' })),
  station: Type.Optional(stationId('Only this station.')),
});

// --- what goes out ---------------------------------------------------------------------------------------------

const PaidWithoutCode = Type.Array(
  Type.Object({
    payment: Type.String({ description: "The provider's reference." }),
    toldAt: instant('When the provider told it.'),
    why: Type.Enum(['late', 'second', 'differs', 'cancelled', 'not-sold', 'not-issued']),
    amount: Type.Optional(Money),
    returnedAt: nullableInstant('When it was given back.'),
    dispute: Type.Optional(Type.Enum(['open', 'won', 'lost'])),
  }),
  { description: 'Payments for this request that got no code.' },
);

const Refunds = Type.Array(
  Type.Object({
    amount: Money,
    state: Type.Enum(['due', 'sent', 'paid', 'failed'], {
      description: '`sent`: the provider took it; `failed`: it is tried again.',
    }),
    cause: Type.Enum(['receipt', 'payment', 'provider', 'dispute'], {
      description: 'What was left; a payment without a code; by hand at the provider; by the bank.',
    }),
    dueAt: instant('Since when it is owed.'),
    paidAt: nullableInstant('When it was paid.'),
  }),
  { description: 'Money of this request that goes back, or went.' },
);

export const ChargingRequest = Type.Object(
  {
    id: Type.String({ description: 'Cannot be guessed; finds the same voucher again.' }),
    station: Type.String(),
    amount: Type.Integer({ description: 'In `unit`s.' }),
    unit,
    code: Type.String({ pattern: '^([0-9]{10}|[0-9]{12}|[0-9]{14})$', description: 'What is typed at the station.' }),
    display: Type.String({ description: 'The same digits, grouped for reading.' }),
    issuedAt: instant('When the code was made.'),
    expiresAt: nullableInstant('Until when the station takes it; null at stations that count.'),
    price: Type.Optional(Money),
    rescue: Type.Object(
      {
        code: Type.String({ pattern: '^([0-9]{12}|[0-9]{14})$' }),
        display: Type.String(),
        expiresAt: nullableInstant('Until when the station takes these; null at stations that count.'),
      },
      { description: 'The same voucher in the layout that a locked keypad still hears, and that lives longer.' },
    ),
    paidWithoutCode: Type.Optional(PaidWithoutCode),
    refunds: Type.Optional(Refunds),
  },
  { $id: 'ChargingRequest' },
);

export const Reservation = Type.Object(
  {
    id: Type.String(),
    station: Type.String(),
    amount: Type.Integer({ description: 'In `unit`s.' }),
    unit,
    status: Type.Enum(['reserved', 'paid', 'lapsed', 'cancelled']),
    reservedAt: instant('When it was reserved.'),
    lapsesAt: instant('When it lapses if it is not paid.'),
    paidAt: Type.Optional(instant('When it was paid.')),
    cancelledAt: Type.Optional(instant('When its customer took it back, or its payment was given back.')),
    price: Type.Optional(Money),
    pay: Type.Optional(Type.String({ description: 'Where it is paid, while it can be.' })),
    paidWithoutCode: Type.Optional(PaidWithoutCode),
    refunds: Type.Optional(Refunds),
  },
  { $id: 'Reservation', description: 'A request that waits for its payment: no code is made yet.' },
);

export const ServiceCode = Type.Object(
  {
    station: Type.String(),
    operation: Type.String(),
    code: Type.String({ pattern: '^[0-9]{15}$' }),
    display: Type.String(),
    issuedAt: instant('When the code was made.'),
  },
  { $id: 'ServiceCode' },
);

export const Settlement = Type.Object(
  {
    request: Type.String({ description: 'Id of the charging request.' }),
    bought: Type.Number({ description: 'In `unit`s.' }),
    unused: Type.Number({ description: 'In `unit`s; never more than what was left.' }),
    unit,
    refund: Type.Optional(Money),
    refundTo: Type.Optional(
      Type.Literal('payment', {
        description:
          'The money goes back to the payment. Absent: no payment is known; cash goes back against its slip.',
      }),
    ),
  },
  { $id: 'Settlement' },
);

export const HeardReport = Type.Object(
  {
    report: Type.Integer({ description: 'Its number.' }),
    sessions: Type.Integer({ description: 'Closed vouchers that it lists.' }),
    new: Type.Integer({ description: 'Those that were not known before.' }),
    missing: Type.Integer({ description: 'Of all closed vouchers that it counts, those that are still not known.' }),
  },
  { $id: 'HeardReport' },
);

const stationTerms = {
  unit,
  step: Type.Integer({ description: 'In `unit`s.' }),
  layout: Type.Enum([...ALGORITHM_NAMES]),
  sequence: Type.Enum(['clock', 'counter']),
  slotSeconds: Type.Integer(),
  keyVersion: Type.Integer(),
  price: Type.Optional(Money),
};

export const StationPage = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    unit,
    step: Type.Integer({ description: 'In `unit`s.' }),
    mostAmount: Type.Integer({ description: 'The most that one voucher holds, in `unit`s.' }),
    layout: Type.Enum([...ALGORITHM_NAMES]),
    sequence: Type.Enum(['clock', 'counter']),
    outlets,
    price: Type.Optional(Money),
    codeSeconds: Type.Optional(
      Type.Integer({
        description: 'How long a code bought now can be typed, at least. Absent at stations that count.',
      }),
    ),
    rescueSeconds: Type.Optional(Type.Integer({ description: 'How long the digits of its `rescue` can be.' })),
    retired: Type.Boolean({ description: 'No more codes are made for it.' }),
  },
  { $id: 'StationPage', description: "What a station's page shows." },
);

export const Station = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    site: Type.String(),
    ...stationTerms,
    outlets,
    mostAmount: Type.Integer(),
    createdAt: instant('When it was created.'),
    updatedAt: instant('When it was last changed.'),
    retiredAt: nullableInstant('When it was retired.'),
    revision: Type.Integer(),
  },
  { $id: 'Station' },
);

export const StationList = Type.Object(
  {
    items: Type.Array(Type.Ref('Station')),
    next: Type.Union([Type.String(), Type.Null()], { description: 'Hand it in as `after` for the next page.' }),
  },
  { $id: 'StationList' },
);

export const Provisioning = Type.Object(
  {
    version: Type.Integer({ description: 'Of this object.' }),
    station: Type.String(),
    key: Type.String({ pattern: '^[0-9a-f]{64}$', description: "The station's own key." }),
    ...stationTerms,
    outlets,
    provisionedAt: instant('When this was given out.'),
    text: Type.String({
      pattern: '^OC1:[\\w-]+$',
      description: 'The same as one text, to be copied or scanned, with the address of the customer’s page.',
    }),
    new: Type.Boolean({
      description:
        'Whether no station can have honoured a code of this key yet. A station whose journal is new refuses to sell with ' +
        'any other.',
    }),
  },
  { $id: 'Provisioning', description: 'What a station is set up with: a secret.' },
);

export const NewKey = Type.Object(
  {
    provisioning: Type.Ref('Provisioning'),
    void: Type.Array(
      Type.Object({
        request: Type.String({ description: 'Its charging request.' }),
        client: Type.String(),
        issuedAt: instant('When it was sold.'),
        amount: Type.Integer({ description: 'In `unit`s.' }),
        unit,
        price: Type.Optional(Money),
      }),
      {
        description:
          'Vouchers of the key before that the station might still have taken, newest first. Some may be used up: those ' +
          'leave no receipt.',
      },
    ),
  },
  { $id: 'NewKey', description: 'A key that replaces the one before.' },
);

export const Noted = Type.Object({ status: Type.Literal('noted') }, { $id: 'Noted' });

export const HealthAnswer = Type.Object(
  {
    status: Type.Literal('ok'),
    database: Type.Enum(['sqlite', 'postgresql']),
    milliseconds: Type.Number({ description: 'How long a write to the ledger and its commit took.' }),
  },
  { $id: 'Health' },
);

const ProblemDetails = Type.Object(
  {
    type: Type.String({ pattern: '^urn:offline-charging:problem:[a-z-]+$', description: 'Stable.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
    settled: Type.Optional(Type.Ref('Settlement')),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details.' },
);

/** The components of the OpenAPI document. */
export const COMPONENTS = [
  ChargingRequest,
  Reservation,
  ServiceCode,
  Settlement,
  HeardReport,
  StationPage,
  Station,
  StationList,
  Provisioning,
  NewKey,
  Noted,
  HealthAnswer,
  ProblemDetails,
  Money,
] as const;
