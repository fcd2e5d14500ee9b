// What an outlet knows of the current through its relay, as data.

/** What is known of the current through the relay; current.ts says what follows from it. */
export interface Current {
  /** What the relay is told and seen to be. `between`: told to move, or seen where it was not told to be. */
  readonly relay: 'open' | 'closed' | 'between';
  readonly since: number;
  /** The highest count, the last reading, and the coarsest step that the counter was seen to make between two. */
  readonly highestWh: number | undefined;
  readonly readAt: number | undefined;
  readonly stepWh: number | undefined;
  /** Power that the counter has not counted yet: the least since each time, the oldest first, ever more. */
  readonly uncounted: readonly Load[];
  /** Power that has not fallen since. */
  readonly held: Load | undefined;
  readonly backwardsSince: number | undefined;
  /** How often the counter grew with the relay open, counted from a first time that may be a late pulse. */
  readonly growth: { readonly firstWh: number; readonly firstAt: number; readonly times: number } | undefined;
  /** The meter cannot be billed by. */
  readonly wrong: 'backwards' | 'stands-still' | undefined;
  /** Current flows, or flowed, through an open relay: the last sign of it. */
  readonly leakedAt: number | undefined;
}

export interface Load {
  readonly powerW: number;
  readonly since: number;
}

export const NO_CURRENT: Current = {
  relay: 'between',
  since: Number.NEGATIVE_INFINITY,
  highestWh: undefined,
  readAt: undefined,
  stepWh: undefined,
  uncounted: [],
  held: undefined,
  backwardsSince: undefined,
  growth: undefined,
  wrong: undefined,
  leakedAt: undefined,
};
