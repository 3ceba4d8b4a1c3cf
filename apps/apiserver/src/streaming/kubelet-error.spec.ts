import { Metadata, status as grpcStatus } from '@grpc/grpc-js';
import { toGrpcStatus } from '@typernetes/component';
import { apiErrors } from '@typernetes/machinery';
import { fromKubeletError } from './kubelet-error';

const callError = (code: grpcStatus, details: string, metadata = new Metadata()): Error => Object.assign(new Error(details), { code, details, metadata });

describe('fromKubeletError', () => {
  it('passes on what the kubelet said', () => {
    const { code, details, metadata } = toGrpcStatus(apiErrors.badRequest('container "a" in pod "b" is waiting to start: ContainerCreating'));
    const { status } = fromKubeletError(callError(code, details, metadata instanceof Metadata ? metadata : new Metadata()));
    expect(status).toMatchObject({ code: 400, reason: 'BadRequest', message: 'container "a" in pod "b" is waiting to start: ContainerCreating' });
  });

  it('says that the kubelet cannot be reached', () => {
    const { status } = fromKubeletError(callError(grpcStatus.UNAVAILABLE, 'No connection established'));
    expect(status).toMatchObject({ code: 500, message: 'error dialing backend: No connection established' });
    expect(status.reason).toBeUndefined();
  });

  it('leaves errors of ours as they are', () => {
    const error = apiErrors.badRequest('no');
    expect(fromKubeletError(error)).toBe(error);
  });
});
