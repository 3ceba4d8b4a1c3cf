import { overlap } from '../cluster/cidr';

export interface Route {
  cidr: string;
  device: string;
}

/** Reads `ip -4 route show table all`; the default route and routes that reject are left out. */
export function parseRoutes(text: string): Route[] {
  const routes: Route[] = [];
  for (const line of text.split('\n')) {
    const match = /^(\d+\.\d+\.\d+\.\d+(?:\/\d+)?) .*\bdev (\S+)/.exec(line);
    if (match?.[1] && match[2]) routes.push({ cidr: match[1].includes('/') ? match[1] : `${match[1]}/32`, device: match[2] });
  }
  return routes;
}

/** The route of the host that a range of ours would hide or be hidden by. */
export const routeInTheWay = (range: string, routes: readonly Route[]): Route | undefined => routes.find((route) => overlap(range, route.cidr));
