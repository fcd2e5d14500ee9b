/** What a station may be called: one rule, for cloud, settings and dialogs. */

/** Letters and digits of any script, and `. _ : -` between them: it is printed, put into links and into file names. */
const STATION_ID = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}._:-]{0,62}[\p{L}\p{N}\p{M}])?$/u;

/** Whether a station can have this id: 1 to 64 characters as above, in Unicode's composed form (NFC). */
export function isStationId(id: unknown): id is string {
  return typeof id === 'string' && STATION_ID.test(id) && id.normalize('NFC') === id;
}
