// Where things stand in a dialog: the labels are wider than the editor's own, which would break words in two lines.

/** Style of a label. */
export const BESIDE = 'width: 128px;';
/** Style of what stands below a field. */
export const BELOW = 'margin-left: 132px;';
