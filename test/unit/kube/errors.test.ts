import { describe, expect, it } from '@jest/globals';
import { failureStatus } from '../../../src/api/status.ts';
import { McsError } from '../../../src/base/errors.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import { parseRetryAfter, statusOf } from '../../../src/kube/api-response.ts';
import { connectionError, type ConnectionPhase, tlsFaultOf } from '../../../src/kube/connection-error.ts';
import { describeApiError, findMissingPermission } from '../../../src/kube/describe-api-error.ts';

const SERVER = 'https://api.example:6443';
const systemError = (code: string): Error => Object.assign(new Error(`failed: ${code}`), { code });

describe('connectionError', () => {
  const cases: { code: string; phase: ConnectionPhase; layer: string; tlsCode?: string; hint: string }[] = [
    { code: 'ENOTFOUND', phase: 'resolving', layer: 'name', hint: 'getent hosts api.example' },
    { code: 'EAI_AGAIN', phase: 'resolving', layer: 'name', hint: 'getent hosts api.example' },
    { code: 'ETIMEDOUT', phase: 'resolving', layer: 'name', hint: 'getent hosts api.example' },
    { code: 'ECONNREFUSED', phase: 'connecting', layer: 'tcp', hint: `curl -k --connect-timeout 5 ${SERVER}/version` },
    { code: 'EHOSTUNREACH', phase: 'connecting', layer: 'tcp', hint: `curl -k --connect-timeout 5 ${SERVER}/version` },
    { code: 'ETIMEDOUT', phase: 'securing', layer: 'tls', tlsCode: 'HANDSHAKE', hint: 'openssl s_client -connect api.example:6443 -showcerts </dev/null' },
    { code: 'SELF_SIGNED_CERT_IN_CHAIN', phase: 'securing', layer: 'tls', tlsCode: 'AUTHORITY_MISMATCH', hint: 'openssl s_client -connect api.example:6443 -showcerts </dev/null' },
    { code: 'ERR_TLS_CERT_ALTNAME_INVALID', phase: 'securing', layer: 'tls', tlsCode: 'NAME_MISMATCH', hint: 'openssl s_client -connect api.example:6443 -showcerts </dev/null' },
    { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', phase: 'open', layer: 'tls', tlsCode: 'CLIENT_CERTIFICATE', hint: 'kubectl config view --minify' },
    { code: 'ECONNRESET', phase: 'open', layer: 'http', hint: `curl -k --connect-timeout 5 ${SERVER}/version` },
  ];

  it.each(cases)('$code while $phase is layer $layer', ({ code, phase, layer, tlsCode, hint }) => {
    const error = connectionError(SERVER, phase, systemError(code));
    expect(error).toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE', exitCode: 6, hints: [hint], details: { server: SERVER, layer, systemCode: code } });
    expect(error.details.tlsCode).toBe(tlsCode);
    expect(error.message).toContain(`Cannot reach the API server at ${SERVER}: `);
    expect(error.message.endsWith(`(${code})`)).toBe(true);
  });

  it('does without a system code', () => {
    expect(connectionError(SERVER, 'connecting', new Error('odd')).message).toBe(`Cannot reach the API server at ${SERVER}: TCP connection failed: odd`);
  });
});

describe('tlsFaultOf', () => {
  it.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'AUTHORITY_MISMATCH'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'AUTHORITY_MISMATCH'],
    ['CERT_HAS_EXPIRED', 'EXPIRED'],
    ['CERT_NOT_YET_VALID', 'EXPIRED'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'HANDSHAKE'],
    ['EPROTO', 'HANDSHAKE'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'CLIENT_CERTIFICATE'],
    ['ECONNREFUSED', undefined],
  ])('%s is %s', (code, fault) => {
    expect(tlsFaultOf(code)).toBe(fault);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['7', 7_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});

describe('statusOf', () => {
  it.each([
    { title: 'a Status', text: JSON.stringify(failureStatus('Conflict', 'changed')), message: 'changed', reason: 'Conflict' },
    { title: 'plain text', text: ' 503 upstream \n', message: '503 upstream', reason: undefined },
    { title: 'other JSON', text: '{"error":1}', message: '{"error":1}', reason: undefined },
    { title: 'nothing', text: '', message: 'HTTP 409', reason: undefined },
  ])('$title', ({ text, message, reason }) => {
    expect(statusOf(409, text)).toMatchObject({ kind: 'Status', code: 409, message, ...(reason && { reason }) });
  });
});

describe('describeApiError', () => {
  const context = { verb: 'create', object: 'ServiceExport shop/nginx', server: SERVER };
  const apiError = (reason: Parameters<typeof failureStatus>[0], message: string): ApiError => new ApiError(failureStatus(reason, message));

  it('401 is MCS_UNAUTHORIZED', () => {
    expect(describeApiError(apiError('Unauthorized', 'Unauthorized'), context)).toMatchObject({ code: 'MCS_UNAUTHORIZED', hints: ['kubectl auth whoami'] });
  });

  it('403 is MCS_FORBIDDEN with the missing verb and resource', () => {
    const message = 'serviceexports.multicluster.x-k8s.io "nginx" is forbidden: User "ann" cannot create resource "serviceexports" in API group "multicluster.x-k8s.io" in the namespace "shop"';
    expect(describeApiError(apiError('Forbidden', message), context)).toMatchObject({
      code: 'MCS_FORBIDDEN',
      message: `Cannot create ServiceExport shop/nginx at ${SERVER}: user "ann" lacks the permission to create serviceexports.multicluster.x-k8s.io`,
      hints: ['kubectl auth can-i create serviceexports.multicluster.x-k8s.io -n shop'],
      details: { missing: { verb: 'create', resource: 'serviceexports', group: 'multicluster.x-k8s.io', namespace: 'shop', user: 'ann' } },
    });
  });

  it('403 of an admission policy keeps its words', () => {
    const error = describeApiError(apiError('Forbidden', "ValidatingAdmissionPolicy 'x' denied request: name"), context);
    expect([error.code, error.message]).toEqual(['MCS_FORBIDDEN', `Cannot create ServiceExport shop/nginx at ${SERVER}: ValidatingAdmissionPolicy 'x' denied request: name`]);
    expect(error.details.missing).toBeUndefined();
  });

  it.each(['Conflict', 'Invalid', 'InternalError', 'NotFound', 'TooManyRequests'] as const)('%s is MCS_API_ERROR with code and reason', (reason) => {
    const error = describeApiError(apiError(reason, 'why'), context);
    expect(error).toMatchObject({ code: 'MCS_API_ERROR', message: `Cannot create ServiceExport shop/nginx at ${SERVER}: why`, details: { reason } });
  });

  it('leaves an McsError as it is, and takes anything else for a bug', () => {
    const known = new McsError('MCS_CLUSTER_UNREACHABLE', 'x');
    expect(describeApiError(known, context)).toBe(known);
    expect(describeApiError(new TypeError('x'), context).code).toBe('MCS_BUG');
  });

  it.each([
    { message: 'User "a" cannot list resource "nodes" in API group "" at the cluster scope', expected: { verb: 'list', resource: 'nodes', group: '', user: 'a' } },
    { message: 'exceeded quota', expected: undefined },
  ])('findMissingPermission reads "$message"', ({ message, expected }) => {
    expect(findMissingPermission(message)).toEqual(expected);
  });
});
