import { randomInt } from 'node:crypto';

/** For reservations, audit entries and tokens. */
export const random48 = () => randomInt(2 ** 48 - 1);
/** A station's number: 1 to 2³²−2. */
export const random32 = () => randomInt(1, 2 ** 32 - 1);
