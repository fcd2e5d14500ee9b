import { inBothUnits, type Screens } from '../catalogue.ts';

/** What is said where there are several outlets, or several vouchers. */
export const EN_OUTLETS = {
  'idle-several': {
    lines: ['Free: {free}', 'Type your code,', 'then press #', 'Out of order: {broken}'],
    short: ['Free: {free}', 'Code, then #'],
  },
  'idle-full': {
    lines: ['No outlet is free.', 'Type your code to', 'add to your charge', 'or to see it.'],
    short: ['None free. Code:', 'see or add to it'],
  },
  'idle-again': {
    lines: ['Power was cut:', 'type your code again', 'if it had not begun,', 'then press #'],
    short: ['Power was cut:', 'type code again.'],
  },
  'typed-outlet': {
    lines: ['Outlet number:', '{digits}', '', '# = OK    * = clear'],
    short: ['# OK     * clear', 'Outlet {digits}'],
  },
  choose: {
    lines: ['Good for {amount:sold}:', 'outlet number and #', 'Plugged in: {plugged}', '* = no, 0# = refund'],
    short: ['Vehicle: {plugged}', 'Outlet+# 0#=back'],
  },
  'choose-second': {
    lines: ['1st code put back.', 'This: {amount:sold}', 'Outlet and # {plugged}', '* = no, 0# = refund'],
    short: ['1st put back.', 'Outlet+# 0#=back'],
  },
  'choose-test': {
    lines: ['Relay test: which', 'outlet? Number and #', '* = no'],
    short: ['Relay test:', 'Outlet+#  * = no'],
  },
  'choose-end': {
    lines: ['End session: which', 'outlet? Number and #', '* = no'],
    short: ['End session:', 'Outlet+#  * = no'],
  },
  'ask-stop-at': {
    lines: ['Stop outlet {outlet}?', '1 and # = yes, stop', '* = no, go on'],
    short: ['* = no, go on', 'Stop {outlet}? 1#=yes'],
  },
  'ask-add': {
    lines: ['Add {amount:sold}', 'to this charge?', '1 and # = yes', '* = no'],
    short: ['Add {amount:sold}?', '1# = yes, * = no'],
  },
  'ask-add-second': {
    lines: ['1st code put back.', 'Add {amount:sold}?', '1 and # = yes', '* = no'],
    short: ['1st back. Add?', '1# = yes, * = no'],
  },
  'ask-add-at': {
    lines: ['Add {amount:sold}', 'to outlet {outlet}?', '1 and # = yes', '* = no'],
    short: ['{outlet}:+{amount:sold}?', '1# = yes, * = no'],
    danger: {
      lines: ['{warning}', 'Add to outlet {outlet}?', '1 and # = yes', '* = no'],
      short: ['{warning}', 'Add? 1#=yes *=no'],
    },
  },
  'ask-take-back': {
    lines: ['Take code back from', 'outlet {outlet}? Not used.', '1 and # = yes', '* = no'],
    short: ['Take back at {outlet}?', '1# = yes, * = no'],
    danger: {
      lines: ['{warning}', 'Code back from {outlet}?', '1 and # = yes', '* = no'],
      short: ['{warning}', 'Back? 1#=yes *no'],
    },
  },
  'ask-take-back-voucher': {
    lines: ['Take back {amount:sold}', 'for a receipt?', '1 and # = yes', '* = no'],
    short: ['Back {amount:sold}?', '1# = yes, * = no'],
    danger: {
      lines: ['{warning}', 'Back for a receipt?', '1 and # = yes', '* = no'],
      short: ['{warning}', 'Back? 1#=yes *no'],
    },
  },
  'ask-hand-back': {
    lines: ['Refund {amount:sold}?', 'It uses the code up.', '1 and # = yes', '* = no'],
    short: ['Refund, code up?', '1# = yes, * = no'],
    danger: {
      lines: ['{warning}', 'Refund, use code up?', '1 and # = yes', '* = no'],
      short: ['{warning}', 'Refund? 1#=yes'],
    },
  },
  'paused-power': {
    lines: ['Charging pauses: no', 'power to spare. It', 'goes on by itself.', '* = stop'],
    short: ['No spare power.', 'Goes on itself.'],
  },
  ...inBothUnits('receipt-at', {
    lines: ['Receipt, outlet {outlet}:', 'Left {left:energy}', '{reason}', '{digits}'],
    short: ['Receipt, no. {outlet}:', '{digits}'],
  }),
  ...inBothUnits('receipt-next', {
    lines: ['Receipt for refund:', 'Left {left:energy}', '{digits}', '* = next, {more} more'],
    short: ['* next, {more} more', '{digits}'],
  }),
  ...inBothUnits('receipt-next-at', {
    lines: ['Receipt, outlet {outlet}:', 'Left {left:energy}', '{digits}', '* = next, {more} more'],
    short: ['No. {outlet}, * = next', '{digits}'],
  }),
  'your-charge-at-min': {
    lines: ['Your code charges', 'at outlet {outlet}.', 'Left    {left}', '* = stop'],
    short: ['Yours: {outlet} *=stop', 'Left    {left}'],
  },
  'your-charge-at-Wh': {
    lines: ['Your code charges', 'at outlet {outlet}.', 'Left {left:energy}', '* = stop'],
    short: ['Yours: {outlet} *=stop', 'Left {left:energy}'],
  },
  'your-pause-at': {
    lines: ['Your code pauses at', 'outlet {outlet}: no power.', 'Goes on by itself.', '* = stop'],
    short: ['Paused {outlet} *=stop', 'No spare power.'],
  },
  'your-part-min': {
    lines: ['Your code charges', 'at outlet {outlet}.', 'Left    {left}', 'First code stops it.'],
    short: ['Yours: outlet {outlet}', 'Left    {left}'],
  },
  'your-part-Wh': {
    lines: ['Your code charges', 'at outlet {outlet}.', 'Left {left:energy}', 'First code stops it.'],
    short: ['Yours: outlet {outlet}', 'Left {left:energy}'],
  },
  'your-next': {
    lines: ['Your {amount:sold}', 'is next.', '* = take back'],
    short: ['Yours is next.', '* = take back'],
  },
  'your-next-at': {
    lines: ['Your {amount:sold}', 'is next at outlet {outlet}', '* = take back'],
    short: ['Next at {outlet}.', '* = take back'],
  },
  'your-wait': {
    lines: ['Your code waits at', 'outlet {outlet}: plug in', 'your vehicle there.', '* = take back'],
    short: ['Plug in at {outlet}.', '* = take back'],
  },
  'your-turn': {
    lines: ['Your code waits at', 'outlet {outlet}. Starts by', 'itself: stay plugged', '* = take back'],
    short: ['Waits at {outlet}.', '* = take back'],
  },
  'outlet-free': {
    lines: ['Outlet {outlet} is free.', 'Type your code,', 'then press #'],
    short: ['{outlet} is free.', 'Code, then #'],
  },
  'outlet-plugged': {
    lines: ['Outlet {outlet} is free,', 'vehicle is seen:', 'type code, then #'],
    short: ['{outlet}: vehicle seen', 'Code, then #'],
  },
  'outlet-vehicle': {
    lines: ['Outlet {outlet}: now', 'plug in your vehicle', 'within {seconds} s.'],
    short: ['Plug in at {outlet}', 'within {seconds} s'],
  },
  'outlet-rest': {
    lines: ['Outlet {outlet}:', 'stay plugged in,', 'starts in {seconds} s.'],
    short: ['Stay plugged in.', '{outlet}: in {seconds} s'],
  },
  'outlet-checking': {
    lines: ['Outlet {outlet}:', 'stay plugged in,', 'please wait ...'],
    short: ['Stay plugged in,', '{outlet}: please wait'],
  },
  'outlet-power': {
    lines: ['Outlet {outlet}: no power', 'to spare yet. Stay,', 'starts by itself.'],
    short: ['No power yet:', '{outlet} starts itself'],
  },
  'outlet-testing': {
    lines: ['Outlet {outlet}: relay', 'test. Do not plug in', 'for {seconds} s.'],
    short: ['Relay test at {outlet}', 'Do not plug in.'],
  },
  'outlet-busy': {
    lines: ['Outlet {outlet} is busy.', 'Please wait ...'],
    short: ['Please wait ...', '{outlet} is busy.'],
  },
  'outlet-charging-min': {
    lines: ['Outlet {outlet} charges.', 'Left    {left}', 'Stop: code or unplug'],
    short: ['Outlet charges:', '{outlet}: {left}'],
  },
  'outlet-charging-Wh': {
    lines: ['Outlet {outlet} charges.', 'Left {left:energy}', 'Stop: code or unplug'],
    short: ['Outlet charges:', '{outlet}: {left:energy}'],
  },
  'outlet-paused': {
    lines: ['Outlet {outlet}: vehicle', 'is full, or waits.', 'Stop: code or unplug'],
    short: ['Vehicle waits.', '{outlet} full or waits'],
  },
  'outlet-paused-power': {
    lines: ['Outlet {outlet} pauses:', 'no power to spare.', 'Goes on by itself.'],
    short: ['No spare power.', '{outlet} pauses.'],
  },
  'outlet-fault': {
    lines: ['Outlet {outlet}:', '{fault}', 'Out of order. Please', 'take another one.'],
    short: ['{fault}', '{outlet} out of order'],
  },
  'outlet-unknown': {
    lines: ['There is no such', 'outlet: it is a', 'number 1 to {outlets}.'],
    short: ['No such outlet.', 'It is 1 to {outlets}.'],
  },
  'outlet-taken': {
    lines: ['Outlet {outlet} is taken.', 'Take another: number', 'and #, * = no'],
    short: ['Outlet {outlet} taken,', '{outlet}: take another'],
  },
  'outlet-unusable': {
    lines: ['Outlet {outlet}:', '{fault}', 'Code is not used.', 'Take another one.'],
    short: ['{outlet} out of order,', 'take another one'],
  },
  'not-plugged-in-at': {
    lines: ['Outlet {outlet}: nothing', 'plugged in. Code was', 'not used: type it', 'again when ready.'],
    short: ['{outlet}: no vehicle.', 'Code not used.'],
  },
  'expired-at': {
    lines: ['Outlet {outlet}: code has', 'expired, not used.', 'Ask for a refund on', 'your phone.'],
    short: ['{outlet}: expired,', 'code not used.'],
  },
  'thanks-at': {
    lines: ['Outlet {outlet} is done,', 'thank you!', 'Please unplug.'],
    short: ['Please unplug.', '{outlet} is done.'],
  },
  replaced: {
    lines: ['The code before was', 'put back, not used.', 'This one is good:', 'plug in your vehicle'],
    short: ['1st code is back', 'Plug in vehicle.'],
  },
  'not-chosen': {
    lines: ['No outlet chosen.', 'Your code was not', 'used: type it again', 'when you are ready.'],
    short: ['No outlet chosen', 'Code not used.'],
  },
  'service-unused': {
    lines: ['Nothing was done.', 'The service code was', 'not used.'],
    short: ['Nothing done.', 'Code not used.'],
  },
  report: {
    lines: ["Station's report:", 'scan it on the', "station's panel."],
    short: ['Report: scan it', 'on the panel.'],
  },
} satisfies Screens;
