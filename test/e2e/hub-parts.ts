/** The workflow of the first Lighthouse on three clusters whose pods reach each other: docs/hub.md, step by step. */
import './hub/workflow.ts';
