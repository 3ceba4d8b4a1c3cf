import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';

/**
 * Finds the handler of a RuntimeClass. Each look is a question to the API, once for every sandbox of a pod that names a
 * class: few do, and a watch on every node would cost all of them. The function throws an Error when there is no such class.
 */
export const runtimeHandlers = (client: ApiClient) => async (runtimeClassName: string | undefined): Promise<string> => {
  if (!runtimeClassName) return '';
  try {
    return (await client.resource(resources.runtimeClasses).get(runtimeClassName)).handler;
  } catch (error) {
    throw new Error(`failed to get RuntimeClass "${runtimeClassName}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};
