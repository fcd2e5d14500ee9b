// A cloud process that opens a ledger when it is told to, so that several do it in the same moment.
import { openLedger } from '../../../charging/cloud/ledger.ts';
import { MASTER_KEY } from './master-key.ts';

process.on('message', async (url: string) => {
  try {
    const ledger = await openLedger({ url, masterKey: MASTER_KEY });
    const { database } = await ledger.health();
    await ledger.close();
    process.send?.(database);
  } catch (error) {
    process.send?.(`${error}`);
  }
});
process.send?.('ready');
