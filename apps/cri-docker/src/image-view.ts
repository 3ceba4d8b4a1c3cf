import { cri } from '@typernetes/proto';
import { imageUser } from './image-reference';

export interface EngineImage {
  Id: string;
  RepoTags?: string[] | null;
  RepoDigests?: string[] | null;
  Size: number;
  user?: string;
}

const real = (names: string[] | null | undefined): string[] => (names ?? []).filter((name) => !name.includes('<none>'));

export function imageView(image: EngineImage, pinnedNames: readonly string[]): cri.Image {
  const repoTags = real(image.RepoTags);
  const { uid, username = '' } = imageUser(image.user ?? '');
  return cri.Image.create({
    id: image.Id,
    repoTags,
    repoDigests: real(image.RepoDigests),
    size: BigInt(Math.max(image.Size, 1)),
    username,
    ...(uid === undefined ? {} : { uid: { value: uid } }),
    pinned: repoTags.some((tag) => pinnedNames.includes(tag)),
  });
}
