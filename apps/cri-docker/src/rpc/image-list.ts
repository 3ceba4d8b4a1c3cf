import { cri } from '@typernetes/proto';
import { imageView } from '../image-view';
import type { Runtime } from '../runtime';

export async function listNodeImages(runtime: Runtime, filter: cri.ImageFilter | undefined): Promise<cri.Image[]> {
  const reference = filter?.image?.image;
  const images = await runtime.docker.listImages(reference ? { filters: { reference: [reference] } } : {});
  return images.map((image) => imageView(image, [runtime.config.podInfraContainerImage]));
}

export async function listImages(runtime: Runtime, request: cri.ListImagesRequest): Promise<cri.ListImagesResponse> {
  return cri.ListImagesResponse.create({ images: await listNodeImages(runtime, request.filter) });
}
