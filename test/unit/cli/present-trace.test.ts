import { describe, expect, it } from '@jest/globals';
import { formatTrace, formatTraceShort, traceRemarks } from '../../../src/cli/present-trace.ts';
import { judgePath } from '../../../src/diagnose/trace/judge-path.ts';
import type { TraceReport } from '../../../src/diagnose/trace/trace-service.ts';
import { tracedService } from '../../helpers/traced-service.ts';

const report = (paths: TraceReport['paths']): TraceReport => ({ namespace: 'shop', name: 'web', ok: paths.every(({ brokenAt }) => brokenAt === undefined), paths, notTraced: [], unread: [], leftOut: [] });

function brokenPath(from = 'east'): TraceReport['paths'][number] {
  const facts = tracedService();
  if (facts.source !== undefined) delete facts.source.serviceExport;
  return { ...judgePath(facts), from };
}

describe('formatTrace', () => {
  it('has a line for each hop of a way that is whole, with what it took', () => {
    const text = formatTrace(report([judgePath(tracedService())]));
    expect(text).toMatch(/^east -> west\n {2}ok {3}Service +west: 10\.96\.0\.10, http 80\/TCP; 2 of 2 endpoints ready\n/);
    expect(text).toMatch(/ok {3}Copy on the broker +hub: .* \(1 s after its original\)/);
    expect(text).toMatch(/shop\/web: 1 path, each whole$/);
  });

  it('names object, owner and cure of the broken hop, and what lies behind it', () => {
    const text = formatTrace(report([brokenPath()]));
    expect(text).toMatch(/FAIL Export +west: there is no ServiceExport "web"\n.*still has a copy.*\n +object: ServiceExport shop\/web\n +owner: {2}whoever deploys .*\n +fix: {4}mcs export service web -n shop --context ctx-west/);
    expect(text).toMatch(/not looked at behind it: Copy on the broker, Import/);
    expect(text).toMatch(/1 of 1 path broken$/);
  });

  it('tells callers once for whom it looks the same', () => {
    expect(formatTrace(report([brokenPath('east'), brokenPath('north')]))).toMatch(/^east, north -> west\n/);
  });

  it('does not call a way whole of which a part was not tested', () => {
    const facts = tracedService();
    facts.caller = { ...facts.caller, reach: { reason: 'left out' } };
    const path = judgePath(facts);
    expect(formatTrace(report([path]))).toMatch(/skip Answer in a pod +east: not tested: left out[^]*nothing broken on 1 path, but not every hop was tested$/);
    expect(formatTraceShort({ paths: [path, brokenPath()] })).toBe('east -> west: nothing broken; not tested: Answer in a pod, TCP to each endpoint, TCP through the clusterset IP\neast -> west: broken at "Export" in west: there is no ServiceExport "web"');
  });
});

describe('traceRemarks', () => {
  it('says from where nothing was traced', () => {
    expect(traceRemarks({ notTraced: [{ cluster: 'north', reason: 'it has no namespace' }] })).toEqual(['Not traced from north: it has no namespace']);
  });
});
