/** One thing that is said about a container. */
export interface Setting {
  readonly text: string;
  /** Who says it, for messages: `annotation simulate.typernetes.io/run-for`. */
  readonly where: string;
}

/** Finds what is said about something. */
export type Settings = (what: string) => Setting | undefined;

/** What annotations of simulated pods and nodes begin with. */
export const annotationPrefix = 'simulate.typernetes.io/';

/** `simulate.typernetes.io/<what>` is for all containers of a pod, `simulate.typernetes.io/<what>.<container>` for one. */
export function annotationSettings(annotations: Readonly<Record<string, string>>, container: string): Settings {
  return (what) => {
    const general = `${annotationPrefix}${what}`;
    const key = `${general}.${container}` in annotations ? `${general}.${container}` : general;
    const text = annotations[key];
    return text === undefined ? undefined : { text, where: `annotation ${key}` };
  };
}

/** The first that says something decides. */
export const firstOf = (all: readonly Settings[]): Settings => (what) => {
  for (const settings of all) {
    const setting = settings(what);
    if (setting) return setting;
  }
  return undefined;
};
