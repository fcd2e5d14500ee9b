// Taking answers apart in tests.
import assert from 'node:assert/strict';
import { problemOfRefusal } from '../../../api/problems.ts';
import { isRefused, type Refusal } from '../../../charging/cloud/ledger.ts';

/** The answer, when it is none but what was asked for. */
export function granted<T>(answer: T): Exclude<T, { readonly refused: Refusal }> {
  assert.ok(!isRefused(answer), `refused: ${JSON.stringify(answer)}`);
  return answer as Exclude<T, { readonly refused: Refusal }>;
}

/** The last part of the refusal's type, with its status: `409 receipt-settled`. */
export function refusal(answer: unknown): string {
  assert.ok(isRefused(answer), `not refused: ${JSON.stringify(answer)}`);
  const { type, status, title, detail } = problemOfRefusal(answer.refused);
  assert.ok(title.length > 0 && detail.length > 0);
  return `${status} ${type.replace('urn:offline-charging:problem:', '')}`;
}
