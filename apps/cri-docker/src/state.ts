import { cri } from '@typernetes/proto';
import { nanosOfRfc3339 } from './time';

/** The part of Docker's inspect that tells a container's state. */
export interface EngineState {
  Status: string;
  ExitCode: number;
  Error: string;
  OOMKilled: boolean;
  StartedAt: string;
  FinishedAt: string;
}

/** A container that could not be started, as containerd reports it. */
const startErrorExitCode = 128;

export function containerStateOf(status: string): cri.ContainerState {
  switch (status) {
    case 'created':
      return cri.ContainerState.CONTAINER_CREATED;
    case 'running':
    case 'paused':
    case 'restarting':
      return cri.ContainerState.CONTAINER_RUNNING;
    case 'exited':
    case 'dead':
    case 'removing':
      return cri.ContainerState.CONTAINER_EXITED;
    default:
      return cri.ContainerState.CONTAINER_UNKNOWN;
  }
}

export interface Outcome {
  state: cri.ContainerState;
  startedAt: bigint;
  finishedAt: bigint;
  exitCode: number;
  reason: string;
  message: string;
}

function endedReason(state: EngineState): string {
  if (state.OOMKilled) return 'OOMKilled';
  return state.ExitCode === 0 ? 'Completed' : 'Error';
}

/** State, times, exit code and reason. `createdAt` stands in for the times of a container that failed to start. */
export function outcomeOf(state: EngineState, createdAt: bigint): Outcome {
  const base = {
    state: containerStateOf(state.Status),
    startedAt: nanosOfRfc3339(state.StartedAt),
    finishedAt: 0n,
    exitCode: 0,
    reason: '',
    message: '',
  };
  if (base.state === cri.ContainerState.CONTAINER_CREATED && state.ExitCode !== 0) {
    return {
      state: cri.ContainerState.CONTAINER_EXITED,
      startedAt: 0n,
      finishedAt: nanosOfRfc3339(state.FinishedAt) || createdAt,
      exitCode: startErrorExitCode,
      reason: 'StartError',
      message: state.Error,
    };
  }
  if (base.state !== cri.ContainerState.CONTAINER_EXITED) return base;
  return {
    ...base,
    finishedAt: nanosOfRfc3339(state.FinishedAt),
    exitCode: state.ExitCode,
    reason: endedReason(state),
    message: state.Error,
  };
}
