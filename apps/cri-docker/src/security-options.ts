import { cri } from '@typernetes/proto';

/** What the engine's kernel can enforce. */
export interface SecurityFacts {
  seccomp: boolean;
  apparmor: boolean;
}

export interface SecurityWishes {
  privileged: boolean;
  noNewPrivs: boolean;
  seccomp: cri.SecurityProfile | undefined;
  apparmor: cri.SecurityProfile | undefined;
  /** Reads a seccomp profile of the node. */
  readProfile: (path: string) => string;
}

const { ProfileType } = { ProfileType: cri.SecurityProfile_ProfileType };

function seccompOption(wishes: SecurityWishes): string[] {
  switch (wishes.seccomp?.profileType) {
    case ProfileType.Unconfined:
      return ['seccomp=unconfined'];
    case ProfileType.Localhost:
      return [`seccomp=${wishes.readProfile(wishes.seccomp.localhostRef)}`];
    default:
      return [];
  }
}

function apparmorOption(wishes: SecurityWishes): string[] {
  switch (wishes.apparmor?.profileType) {
    case ProfileType.Unconfined:
      return ['apparmor=unconfined'];
    case ProfileType.Localhost:
      return [`apparmor=${wishes.apparmor.localhostRef}`];
    default:
      return [];
  }
}

/**
 * Docker's SecurityOpt. What the kernel lacks is left out rather than refused: a pod that names the runtime's default
 * profile must run on a node without it, as upstream's kubelet allows.
 */
export function securityOptions(wishes: SecurityWishes, facts: SecurityFacts): string[] {
  if (wishes.privileged) return [];
  return [
    ...(wishes.noNewPrivs ? ['no-new-privileges'] : []),
    ...(facts.seccomp ? seccompOption(wishes) : []),
    ...(facts.apparmor ? apparmorOption(wishes) : []),
  ];
}
