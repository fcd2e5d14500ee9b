// What the dialog of `admit request` may hold: a call of the contract. Its program asks the contract itself, which a charger must
// not load.
import { CALLS } from '../../api/contract.ts';
import type { DialogSettings } from '../shared/dialog.ts';

/** Method and path of each, as its `http in` needs them. */
const ROUTES = Object.fromEntries(
  [...CALLS.values()].map(({ id, method, path }) => [id, `${method} ${path.replace('{id}', ':id')}`]),
);

export const DIALOG = {
  call: { kind: 'choice', choices: [...CALLS.keys()], fresh: 'requestCharging', routes: ROUTES },
} as const satisfies DialogSettings;
