import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { ALL_CHECKS } from '../../src/diagnose/diagnose.ts';
import { sampleReport } from '../helpers/sample-report.ts';

const schema = JSON.parse(readFileSync(new URL('../../docs/schemas/diagnose.schema.json', import.meta.url), 'utf8')) as { readonly definitions: { readonly result: { readonly properties: { readonly topic: { readonly enum: readonly string[] } } } } };
const validate = new Ajv({ allErrors: true }).compile(schema);

describe('docs/schemas/diagnose.schema.json', () => {
  it('describes a report with results of all kinds', () => {
    validate(JSON.parse(JSON.stringify(sampleReport())));
    expect(validate.errors).toBeNull();
  });

  it('refuses a result without a status', () => {
    const report = JSON.parse(JSON.stringify(sampleReport())) as { clusters: { checks: { status?: string }[] }[] };
    delete report.clusters[0]?.checks[0]?.status;
    expect(validate(report)).toBe(false);
  });

  it('knows the topics of all checks', () => {
    const known = schema.definitions.result.properties.topic.enum;
    expect(ALL_CHECKS.map(({ topic }) => topic).filter((topic) => !known.includes(topic))).toEqual([]);
  });
});
