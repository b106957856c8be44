import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { resources } from '../../api/resources.ts';
import { errorMessage, McsError } from '../../base/errors.ts';
import { describeQuestion, questionsAbout } from '../../discovery/missing-access.ts';
import { describeApiError } from '../../kube/describe-api-error.ts';
import { requireNoProgram } from '../../kube/plain-kubeconfig.ts';
import { chooseContext, KubeconfigFault, stringifyContext } from '../../kube/kubeconfig-document.ts';
import { readKubeconfigSource } from '../../mirror/config/kubeconfig-source.ts';
import type { FleetContext } from '../deploy-context.ts';
import type { StepOutcome } from '../steps.ts';
import { connectByKubeconfig } from './connect-by-kubeconfig.ts';

function invalid(file: string, error: unknown, hints: readonly string[] = []): McsError {
  return new McsError('MCS_KUBECONFIG_INVALID', `Cannot use --kubeconfig-file "${file}": ${errorMessage(error)}`, { hints, cause: error });
}

const FROM = '--from <context>   # makes a credential of its own there';

/** One context of a kubeconfig file, with what it names by path in it, and nothing that a pod could not use. Throws MCS_KUBECONFIG_INVALID. */
export function readGivenKubeconfig(file: string, context?: string): string {
  const readFile = (path: string): string => readFileSync(resolve(dirname(file), path), 'utf8');
  try {
    const { access } = readKubeconfigSource([{ text: readFileSync(file, 'utf8'), readFile }], context, `--kubeconfig-file ${file}`);
    if (access.kind !== 'kubeconfig') throw new Error('it is no kubeconfig');
    const choice = chooseContext([access.text], access.context);
    requireNoProgram(choice);
    return stringifyContext(choice, choice.cluster?.fields ?? {}, choice.user?.fields); // credentials of other clusters do not belong into the hub
  } catch (error) {
    if (error instanceof KubeconfigFault) throw invalid(file, error, error.isProgram ? [FROM] : error.hints);
    if (error instanceof McsError) throw new McsError('MCS_KUBECONFIG_INVALID', error.message, { hints: error.hints, cause: error });
    throw invalid(file, error);
  }
}

/** What a hub does in a cluster. */
function hubQuestions(namespace: string) {
  const read = [resources.services, resources.nodes, resources.namespaces, resources.endpointSlices].flatMap((resource) => questionsAbout(resource, ['list', 'watch']));
  return [...read, ...questionsAbout(resources.endpointSlices, ['create', 'patch', 'delete'], namespace)];
}

/** What whoever stands between the hub and the cluster could make use of. */
function insecurityOf(text: string): string | undefined {
  const { server, cluster } = chooseContext([text]);
  if (server.startsWith('http:')) return 'Its server takes no TLS: the credential can be read on the way';
  return cluster?.fields['insecure-skip-tls-verify'] === true ? 'Its server is not verified (insecure-skip-tls-verify): whoever stands in between gets the credential' : undefined;
}

/** Whether the cluster answers to a given kubeconfig, and lets it do what the hub does. Gives its address. */
export async function checkGivenKubeconfig(context: FleetContext, text: string, namespace: string, signal: AbortSignal): Promise<StepOutcome<string>> {
  const client = connectByKubeconfig(context, text, 'the cluster');
  const value = client.server;
  try {
    const questions = hubQuestions(namespace);
    const answers = await Promise.all(questions.map((question) => client.canI(question, { signal })));
    const missing = questions.filter((_question, index) => answers[index] === false).map(describeQuestion);
    const insecurity = insecurityOf(text);
    const warnings = [...(missing.length === 0 ? [] : [`The user of the kubeconfig may not ${missing.join(', ')}`]), ...(insecurity === undefined ? [] : [insecurity])];
    return warnings.length === 0 ? { state: 'done', detail: value, value } : { state: 'warning', detail: warnings.join('. '), value };
  } catch (error) {
    throw describeApiError(error, { verb: 'use', object: 'the kubeconfig', server: value });
  } finally {
    client.close();
  }
}
