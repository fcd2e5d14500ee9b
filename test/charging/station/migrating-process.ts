// Opens the journal in a folder, and is killed at one step of what that writes: `node migrating-process.ts FOLDER STEP`.
// Ends by itself, with 0, where it has fewer steps.
import { Station } from '../../../charging/station/station.ts';
import { CLOCK, Hands } from './support.ts';

const [folder = '', step] = process.argv.slice(2);
const clocks = new Hands();
clocks.wall = Number(process.env.WALL);
clocks.boot = 9;
let steps = 0;
const station = Station.open(CLOCK, {
  folder,
  clocks,
  onWrite: () => {
    if (++steps === Number(step)) process.kill(process.pid, 'SIGKILL');
  },
});
station.dispose();
