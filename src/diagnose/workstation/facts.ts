/** A kubeconfig file that counts, whether it is there or not. */
export interface KubeconfigFile {
  readonly path: string;
  readonly state: 'present' | 'absent' | 'invalid';
  /** Why it cannot be used. */
  readonly error?: string;
  /** Permission bits; absent where the system has none. */
  readonly mode?: number;
  readonly clusters: readonly string[];
  readonly users: readonly string[];
  readonly contexts: readonly string[];
}

/** A credential or authority that ends some time. */
export interface Expiring {
  readonly what: 'client certificate' | 'certificate authority' | 'token';
  /** Milliseconds since the epoch. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Why it could not be read. */
  readonly error?: string;
}

export interface ContextFacts {
  readonly name: string;
  readonly isCurrent: boolean;
  readonly cluster: string;
  readonly user: string;
  /** Empty where the cluster is not defined. */
  readonly server: string;
  readonly isUserDefined: boolean;
  readonly skipsTls: boolean;
  /** Credential plugin, and whether its program was found. */
  readonly plugin?: { readonly command: string; readonly isFound: boolean; readonly installHint?: string };
  /** Built-in plugins of old (gcp, azure, oidc), which kubectl does not have any more. */
  readonly authProvider?: string;
  readonly expiring: readonly Expiring[];
  /** URL of the proxy that connections take; undefined for none. */
  readonly proxy?: string;
}

/** What an API server said, or why not. */
export interface ServerAnswer {
  readonly context: string;
  readonly server: string;
  readonly isCurrent: boolean;
  readonly status?: number;
  readonly offsetMs?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly hints: readonly string[] };
}

/** What a path allows. */
export interface PathFacts {
  readonly path: string;
  readonly isThere: boolean;
  readonly isWritable: boolean;
  readonly mode?: number;
}

/** Everything about the workstation that can be read without asking anybody. */
export interface WorkstationFacts {
  readonly nodeVersion: string;
  readonly neededNode: string;
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: readonly KubeconfigFile[];
  /** Why the kubeconfig as a whole cannot be used. */
  readonly kubeconfigError?: string;
  readonly currentContext?: string;
  readonly contexts: readonly ContextFacts[];
  readonly configDir: PathFacts;
  readonly joinKeyDir: PathFacts;
  readonly joinKeys: readonly PathFacts[];
  readonly terminal: { readonly isTTY: boolean; readonly width?: number; readonly hasColor: boolean; readonly canAsk: boolean };
}

/** Whether the address of a server is one that can be asked: a mistyped `host:6443` is a URL as well, of a kind that nobody knows. */
export function isServerURL(server: string): boolean {
  return URL.canParse(server) && /^https?:$/.test(new URL(server).protocol);
}
