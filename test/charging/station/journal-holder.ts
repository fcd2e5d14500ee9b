// Holds a station's journal until it is killed, and writes to it whenever it is told anything.
import { Station } from '../../../charging/station/station.ts';
import { CLOCK, Hands } from './support.ts';

const station = Station.open(CLOCK, { folder: process.argv[2]!, clocks: new Hands() });
process.stdout.write('holds it');
process.stdin.on('data', () => {
  station.append('note');
  process.stdout.write('wrote');
});
