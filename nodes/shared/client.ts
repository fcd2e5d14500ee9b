// Whose request a message is: what `admit request` found, or a name that a flow gave.
import type { Message } from './red.ts';
import { fieldsOf, textOf } from './values.ts';

/** What belongs to no client by name: flows that issue codes by themselves. */
export const FLOW_CLIENT = 'flow';

export function clientOf(message: Message): string {
  const { client } = message;
  return textOf(fieldsOf(client).client ?? client) || FLOW_CLIENT;
}

export function isOperator(message: Message): boolean {
  return fieldsOf(message.client).role === 'operator';
}
