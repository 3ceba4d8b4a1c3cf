/** An image of ours: a folder in docker/, and the bundles that go into it. */
export interface OwnImage {
  /** Folder in docker/; the image is `typernetes/<name>`. */
  name: string;
  /** Base images of ours, which must exist before and whose change makes this one stale. */
  from: string[];
  /** Apps whose bundle is laid into `apps/<app>/main.js` of the build context. */
  apps: string[];
}

/** In the order of building. */
export const ownImages: OwnImage[] = [
  { name: 'base', from: [], apps: [] },
  { name: 'control-plane', from: ['base'], apps: ['apiserver', 'scheduler', 'controller-manager'] },
  { name: 'node', from: ['base'], apps: ['cri-docker', 'kubelet', 'proxy'] },
  { name: 'dns', from: ['base'], apps: ['dns'] },
];

/** A public image, and the folder in docker/ that makes a stand-in where no registry can be reached. */
export interface PublicImage {
  reference: string;
  standIn: string;
  /** Built from the stand-in of this image. */
  from?: string;
}

export const debianImage = 'debian:trixie-slim';

export const etcdImage: PublicImage = { reference: 'gcr.io/etcd-development/etcd:v3.5.21', standIn: 'etcd' };

export const pauseImage: PublicImage = { reference: 'registry.k8s.io/pause:3.10', standIn: 'pause' };

/** Images of the walk-through (docs/walkthrough.md). */
export const exampleImages: PublicImage[] = [
  { reference: 'nginx:latest', standIn: 'examples/nginx' },
  { reference: 'bprashanth/nginxhttps:1.0', standIn: 'examples/nginxhttps', from: 'nginx:latest' },
  { reference: 'radial/busyboxplus:curl', standIn: 'examples/busyboxplus' },
];
