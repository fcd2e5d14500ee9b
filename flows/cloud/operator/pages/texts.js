// What the operator's pages say: [English, Simplified Chinese] for each name; `shared` goes into every page.
import { access } from './texts/access.js';
import { codes } from './texts/codes.js';
import { overview } from './texts/overview.js';
import { reports } from './texts/reports.js';
import { shared } from './texts/shared.js';
import { stations } from './texts/stations.js';

export const TEXTS = { shared, overview, stations, reports, codes, access };
