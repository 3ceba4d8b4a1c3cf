import { cri } from '@typernetes/proto';
import { engineStatusCode, invalidArgument } from '../errors';
import { imageView } from '../image-view';
import type { Runtime } from '../runtime';

export async function imageStatus(runtime: Runtime, request: cri.ImageStatusRequest): Promise<cri.ImageStatusResponse> {
  const name = request.image?.image;
  if (!name) throw invalidArgument('no image is named');
  try {
    const inspect = await runtime.docker.getImage(name).inspect();
    const image = imageView({ ...inspect, user: inspect.Config?.User ?? '' }, [runtime.config.podInfraContainerImage]);
    return cri.ImageStatusResponse.create({
      image,
      info: request.verbose ? { imageSpec: JSON.stringify(inspect.Config ?? {}) } : {},
    });
  } catch (error) {
    if (engineStatusCode(error) === 404) return cri.ImageStatusResponse.create();
    throw error;
  }
}
