import { cri } from '@typernetes/proto';
import { engineStatusCode, tolerate } from '../errors';
import type { Runtime } from '../runtime';

/** With all of the image's names: the last one takes the image along. */
export async function removeImage(runtime: Runtime, request: cri.RemoveImageRequest): Promise<cri.RemoveImageResponse> {
  const name = request.image?.image ?? '';
  const inspect = await runtime.docker
    .getImage(name)
    .inspect()
    .catch((error: unknown) => {
      if (engineStatusCode(error) === 404) return undefined;
      throw error;
    });
  if (!inspect) return cri.RemoveImageResponse.create();
  const names = inspect.RepoTags ?? [];
  for (const tag of names) await tolerate([404], () => runtime.docker.getImage(tag).remove());
  await tolerate([404], () => runtime.docker.getImage(inspect.Id).remove());
  return cri.RemoveImageResponse.create();
}
