import { newEnvironment } from '@typernetes/cel';

/** What matchConditions may speak of (API docs: "Matching requests: matchConditions"). */
export function conditionEnvironment(): ReturnType<typeof newEnvironment> {
  return newEnvironment().registerVariable('object', 'dyn').registerVariable('oldObject', 'dyn').registerVariable('request', 'dyn');
}
