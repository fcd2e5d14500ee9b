// Routes that two `http in` nodes answer: nobody can say which of them does, so that none of them may.
export interface DoubledRoute {
  /** As `POST /charging-requests`. */
  readonly route: string;
  /** Where its nodes are: the labels of their tabs, one for each node. */
  readonly tabs: readonly string[];
}

/** Method and path as a router tells them apart: whatever the case, a slash at the end, or a parameter's name. */
export function routeKey(method: string, path: string): string {
  const trimmed = `/${path.trim().replace(/^\/+|\/+$/g, '')}`;
  return `${method.toUpperCase()} ${trimmed.toLowerCase().replace(/:[^/]+|\{[^/]+\}/g, ':')}`;
}
