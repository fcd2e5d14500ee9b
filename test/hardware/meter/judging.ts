import { PlausibilityJudge } from '../../../charging/station/meter-plausibility.ts';
import type { MeterJudging } from '../../../hardware/meter/meter.ts';

/** The judge that `read meter` hands to a meter, of a station that can deliver so much. */
export function judgingUpTo(highestPowerW: number): MeterJudging {
  return (slackWh) => new PlausibilityJudge({ highestPowerW, ...(slackWh !== undefined && { slackWh }) });
}
