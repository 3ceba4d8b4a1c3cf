import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { issueCertificate, newP256KeyPair, renderKubeconfig } from '@typernetes/pki';
import type { ReplaceableComponent } from './config';
import type { RunningStandalone } from './start';
import { users } from './users';

/** A component that is left out, with the command that runs it from source. */
export interface AbsentComponent {
  readonly name: ReplaceableComponent;
  readonly command: string;
}

const validForDays = 365;

const identities = { scheduler: users.scheduler.name, 'controller-manager': users.controllerManager.name } as const;

/** What the controller-manager is told besides, so that it does what the one of this process does. */
const furtherFlags = (dataDir: string): Readonly<Record<ReplaceableComponent, string>> => ({
  scheduler: '',
  'controller-manager': ` --cluster-cidr 10.244.0.0/16 --root-ca-file ${dataDir}/pki/ca.crt --service-account-private-key-file ${dataDir}/pki/sa.key --cluster-signing-cert-file ${dataDir}/pki/ca.crt --cluster-signing-key-file ${dataDir}/pki/ca.key`,
});

/** Writes `<data-dir>/<component>.conf` for each, with the identity and the rights that it has in any cluster. */
export function writeComponentKubeconfigs(dataDir: string, { server, grpcPort, pki }: RunningStandalone, names: readonly ReplaceableComponent[], nowMs: number): AbsentComponent[] {
  const directory = path.resolve(dataDir);
  return names.map((name) => {
    const client = issueCertificate({ cert: pki.caCert, key: pki.caKey }, { commonName: identities[name], usages: ['client'], nowMs, validForDays }, newP256KeyPair());
    const file = path.join(directory, `${name}.conf`);
    writeFileSync(file, renderKubeconfig({ name: 't8s-dev', server, caCert: pki.caCert, client }), { mode: 0o600 });
    return { name, command: `npx nx serve ${name} -- --kubeconfig ${file} --grpc-server ${new URL(server).hostname}:${grpcPort}${furtherFlags(directory)[name]}` };
  });
}
