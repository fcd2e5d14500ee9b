import { type Catalogue, inBothUnits } from '../catalogue.ts';
import { EN_OUTLETS } from './en-outlets.ts';

/** At most 4 lines of 20 columns, and 2 of 16 for small displays. LOCKED, OUT OF STEP and CLOCK are what the customer's page asks for. */
export const EN = {
  screens: {
    ...EN_OUTLETS,
    idle: { lines: ['Ready to charge', 'Type your code,', 'then press #'], short: ['Type your code,', 'then press #'] },
    'idle-receipt': {
      lines: ['Ready to charge', 'Type your code,', 'then press #', '* shows last receipt'],
      short: ['Code, then #', '* = last receipt'],
    },
    'idle-ended': {
      lines: ['Charge has ended.', 'Please unplug your', 'vehicle, or type', 'another code.'],
      short: ['Charge has ended', 'Please unplug.'],
    },
    'idle-ended-receipt': {
      lines: ['Charge has ended:', 'please unplug, or', 'type another code.', '* shows last receipt'],
      short: ['Please unplug.', '* = last receipt'],
    },
    'idle-clock-lost': {
      lines: ['CLOCK lost', 'On your phone choose', 'CLOCK, then type the', '15 digits here.'],
      short: ['CLOCK lost: see', 'CLOCK on phone'],
    },
    typed: { lines: ['Your code:', '{digits}', '', '# = OK    * = clear'], short: ['{digits}', '# OK     * clear'] },
    'typed-danger': {
      lines: ['{fault}', '{advice}', '{digits}', '# = OK    * = clear'],
      short: ['{fault}', '{digits}'],
      danger: { lines: ['{fault}', '{warning}', '{digits}', '# = OK    * = clear'], short: ['{warning}', '{digits}'] },
    },
    'ask-stop': {
      lines: ['Stop charging?', '1 and # = yes, stop', '* = no, go on', '{digits}'],
      short: ['Stop? 1# = yes', '* = no, go on'],
    },
    armed: {
      lines: ['Code is good.', 'Plug in your vehicle', 'within {seconds} s.', '* = cancel'],
      short: ['Plug in vehicle', 'within {seconds} s'],
    },
    'armed-waiting': {
      lines: ['Code is good.', 'Stay plugged in:', 'starts in {seconds} s.', '* = cancel'],
      short: ['Stay plugged in:', 'starts in {seconds} s'],
    },
    'armed-checking': {
      lines: ['Code is good.', 'Stay plugged in,', 'please wait ...', '* = cancel'],
      short: ['Stay plugged in,', 'please wait ...'],
    },
    resuming: {
      lines: ['Power was cut.', 'Looking whether your', 'vehicle is still', 'plugged in ...'],
      short: ['Power was cut.', 'Please wait ...'],
    },
    interrupted: {
      lines: ['Charging pauses.', 'Looking whether your', 'vehicle is still', 'plugged in ...'],
      short: ['Charging pauses.', 'Please wait ...'],
    },
    starting: { lines: ['Starting ...', 'Please wait.'], short: ['Starting ...', 'Please wait.'] },
    'charging-min': {
      lines: ['Charging', 'Left    {left}', 'Charged {elapsed}', '* = stop'],
      short: ['Left    {left}', 'Charged {elapsed}'],
    },
    'charging-Wh': {
      lines: ['Charging {elapsed}', 'Left {left:energy}', 'Charged {used:energy}', '* = stop'],
      short: ['Left {left:energy}', 'Time {elapsed}'],
    },
    paused: {
      lines: ['Vehicle is full, or', 'waits to go on.', 'Left {left:energy}', '* = stop'],
      short: ['Vehicle waits.', 'Left {left:energy}'],
    },
    stopping: { lines: ['Stopping ...', 'Please wait.'], short: ['Stopping ...', 'Please wait.'] },
    testing: {
      lines: ['Relay test: ON', '{seconds} s to go', 'Do not plug in.', '* = stop'],
      short: ['Relay test: ON', 'Do not plug in.'],
    },
    ...inBothUnits('receipt', {
      lines: ['{reason}', 'Left {left:energy}', 'Receipt for refund:', '{digits}'],
      short: ['Receipt, refund:', '{digits}'],
    }),
    fault: {
      lines: ['Out of order:', '{fault}', '{advice}', '{advice2}'],
      short: ['{fault}', 'Out of order'],
      danger: { lines: ['Out of order:', '{fault}', '{advice}', '{advice2}'], short: ['{warning}', '{fault}'] },
    },
    'fault-kept': {
      lines: ['{fault}', '{advice}', '{advice2}', '* shows last receipt'],
      short: ['{fault}', '* = last receipt'],
      danger: {
        lines: ['{fault}', '{advice}', '{advice2}', '* shows last receipt'],
        short: ['{warning}', '* = last receipt'],
      },
    },
    'fault-receipt': {
      lines: ['{fault}', 'Receipt for refund:', '{digits}', '(type it on phone)'],
      short: ['{fault}', '{digits}'],
      danger: { lines: ['{fault}', 'Receipt for refund:', '{digits}', '{warning}'], short: ['{warning}', '{digits}'] },
    },
    'fault-unclosed': {
      lines: ['{fault}', 'Charging stopped.', 'Your receipt follows', 'as soon as it can.'],
      short: ['Charging stopped', 'Receipt follows.'],
      danger: {
        lines: ['{fault}', '{warning}', 'Your receipt follows', 'as soon as it can.'],
        short: ['{warning}', 'Receipt follows.'],
      },
    },
    'fault-card': {
      lines: ['Out of order: card', 'is new or restored.', 'Operator, dashboard:', 'New SD card/new key.'],
      short: ['New or old card:', 'needs a new key.'],
    },
    'fault-key-file': {
      lines: ['Out of order: key', 'file is too old.', 'Operator: save it', 'anew in the cloud.'],
      short: ['Key file is old:', 'save it anew.'],
    },
    'fault-other-card': {
      lines: ['Out of order: card', 'of another station.', 'Operator: put this', "station's card in."],
      short: ['Wrong card: put', 'its own card in.'],
    },
    'fault-old-program': {
      lines: ['Out of order:', 'program older than', 'its journal.', 'Operator: update it.'],
      short: ['Program too old:', 'update it.'],
    },
    mistyped: {
      lines: ['Mistyped code.', 'Check the digits and', 'type them again.'],
      short: ['Mistyped: check', 'the digits.'],
    },
    used: {
      lines: ['Code already used.', 'Get a new code on', 'your phone.'],
      short: ['Already used:', 'get a new code.'],
    },
    expired: {
      lines: ['Code has expired.', 'Bought just now? On', 'your phone choose', 'CLOCK. Else refund.'],
      short: ['Expired. If just', 'bought: CLOCK'],
    },
    'out-of-step': {
      lines: ['OUT OF STEP. Bought', 'just now? On phone', 'choose OUT OF STEP,', 'type its 15 digits.'],
      short: ['OUT OF STEP: if', 'new, see phone'],
    },
    'clock-lost': {
      lines: ['CLOCK lost', 'On your phone choose', 'CLOCK, then type the', '15 digits here.'],
      short: ['CLOCK lost: see', 'CLOCK on phone'],
    },
    'expired-counter': {
      lines: ['Code has expired.', 'Bought just now? On', 'your phone choose', 'OUT OF STEP.'],
      short: ['Expired. If just', 'got: OUT OF STEP'],
    },
    invalid: {
      lines: ['Wrong code, or not', 'for this station.', 'Bought just now? On', 'phone choose CLOCK.'],
      short: ['Wrong code. Just', 'bought: CLOCK'],
    },
    'invalid-counter': {
      lines: ['Wrong code, or not', 'for this station:', 'compare both with', 'your phone.'],
      short: ['Wrong code or', 'wrong station.'],
    },
    'no-report': {
      lines: ['There is no report', 'on this display yet.'],
      short: ['No report on', 'display yet.'],
    },
    locked: {
      lines: ['LOCKED: wait {wait}', 'or choose LOCKED on', 'your phone and type', 'its digits here.'],
      short: ['LOCKED: {wait}', 'or see phone'],
    },
    busy: {
      lines: ['Station is busy.', 'Your code was not', 'used. Type it when', 'the station is free.'],
      short: ['Busy. Your code', 'was not used.'],
    },
    'out-of-order': {
      lines: ['{fault}', 'Out of order. Your', 'code was not used', 'and stays good.'],
      short: ['{fault}', 'Code not used.'],
      danger: {
        lines: ['{fault}', '{warning}', 'Your code was not', 'used and stays good.'],
        short: ['{warning}', 'Code not used.'],
      },
    },
    'not-plugged-in': {
      lines: ['Nothing plugged in.', 'Your code was not', 'used: type it again', 'when you are ready.'],
      short: ['Not plugged in.', 'Code not used.'],
    },
    cancelled: {
      lines: ['Cancelled.', 'Your code was not', 'used: type it again', 'when you are ready.'],
      short: ['Cancelled.', 'Code not used.'],
    },
    thanks: {
      lines: ['Done, thank you!', 'Please unplug your', 'vehicle.'],
      short: ['Done, thank you!', 'Please unplug.'],
    },
    'no-receipt': { lines: ['There is no receipt', 'to show.'], short: ['No receipt', 'to show.'] },
    'test-refused': {
      lines: ['No relay test now:', 'unplug everything', 'and wait until the', 'station is ready.'],
      short: ['No test: unplug,', 'wait for ready.'],
    },
    'test-done': { lines: ['Relay test passed.'], short: ['Relay test', 'passed.'] },
    synchronized: {
      lines: ['In step again.', 'Type your code now.'],
      short: ['In step again.', 'Type your code.'],
    },
    'in-step': {
      lines: ['The station was', 'in step already.', 'Type your code now.'],
      short: ['In step already.', 'Type your code.'],
    },
    'lockout-cleared': { lines: ['Keypad unlocked.', 'Type your code.'], short: ['Unlocked.', 'Type your code.'] },
    'num-lock-off': {
      lines: ['Num Lock is off.', 'Press Num Lock once,', 'then type your code.'],
      short: ['Num Lock is off:', 'press Num Lock.'],
    },
    unreadable: {
      lines: ['No code in that.', 'Scan the code that', 'your phone shows, or', 'type its digits.'],
      short: ['No code in that.', 'Type the digits.'],
    },
    'your-charge-min': {
      lines: ['Your code charges', 'here now.', 'Left    {left}', '* = stop'],
      short: ['Yours charges.', 'Left    {left}'],
    },
    'your-charge-Wh': {
      lines: ['Your code charges', 'here now.', 'Left {left:energy}', '* = stop'],
      short: ['Yours charges.', 'Left {left:energy}'],
    },
    ...inBothUnits('your-receipt', {
      lines: ['{reason}', 'Left {left:energy}', 'Receipt for refund:', '{digits}'],
      short: ['Your receipt:', '{digits}'],
    }),
    'used-up': {
      lines: ['Code already used:', 'all of it was', 'charged. Get a new', 'code on your phone.'],
      short: ['All was charged:', 'get a new code.'],
    },
    'session-ended': { lines: ['Done.'], short: ['Done.'] },
  },
  minutes: 'min',
  reasons: {
    'used-up': 'Finished',
    unplugged: 'Unplugged',
    'stop-key': 'Stopped',
    service: 'Stopped by operator',
    full: 'Vehicle is full',
    'power-cut': 'Power was cut',
    fault: 'Stopped by a fault',
    'handed-back': 'Given back',
    'taken-back': 'Taken back',
  },
  faults: {
    'emergency-stop': { title: 'Emergency stop', advice: ['Release the red', 'button when safe.'] },
    'residual-current': {
      title: 'Leakage current',
      advice: ['Unplug. Vehicle or', 'cable may be faulty.'],
      warning: ['Danger: unplug now.', 'Leakage! Unplug.'],
    },
    'relay-stuck-on': {
      title: 'Relay stuck ON',
      advice: ['Live! Do not touch,', 'call the operator.'],
      warning: ['Live! Do not touch.', "Live!Don't touch"],
      warningAt: ['{outlet} live! Keep away', '{outlet} LIVE:keep off'],
    },
    'over-current': { title: 'Current too high', advice: ['Unplug your vehicle', 'and try again.'] },
    'over-temperature': { title: 'Station too hot', advice: ['It goes on when it', 'has cooled down.'] },
    'guard-lost': { title: 'Safety stop', advice: ['Please call the', 'operator.'] },
    'relay-unusable': { title: 'Switch failed', advice: ['Please call the', 'operator.'] },
    'gpio-lost': { title: 'Wiring lost', advice: ['Please call the', 'operator.'] },
    'vehicle-unknown': { title: 'Plug not sensed', advice: ['Please call the', 'operator.'] },
    'relay-did-not-close': { title: 'Switch failed', advice: ['Please call the', 'operator.'] },
    'relay-opened': { title: 'Charging cut off', advice: ['Unplug your vehicle', 'and try again.'] },
    'journal-not-writable': { title: 'Storage failed', advice: ['Please call the', 'operator.'] },
    'meter-silent': { title: 'Meter is silent', advice: ['Please call the', 'operator.'] },
    'meter-implausible': { title: 'Meter is wrong', advice: ['Please call the', 'operator.'] },
  },
} satisfies Catalogue;
