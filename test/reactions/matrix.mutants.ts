import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/messages.ts': {
    'messages: PagerDuty knows an incident by its key': [
      'const { key: dedup_key, open,',
      'const { at: dedup_key, open,',
    ],
    'messages: PagerDuty closes what is over': [
      "event_action: open ? 'trigger' : 'resolve'",
      "event_action: 'trigger'",
    ],
    'messages: Opsgenie closes what is over': ['  if (!open) {\n', '  if (false) {\n'],
    'messages: ntfy is quieter at the end': [
      "open ? NTFY_PRIORITY[severity ?? 'error'] : NTFY_PRIORITY.info",
      "NTFY_PRIORITY[severity ?? 'error']",
    ],
  },
  'src/reactions/http-delivery.ts': {
    'deliveries: each try is signed': ['if (secret === null) return sent;', "if (secret !== '') return sent;"],
    'deliveries: the signature is of the body': [", body ?? '')", ", '')"],
    'deliveries: known by the id of the job': ["    'webhook-id': id,\n", ''],
  },
  'src/reactions/email.ts': {
    'e-mail: known by the id of the job': ['      messageId: ', '      xMailer: '],
    'e-mail: an alert is one thread': ['references: thread,', 'references: id,'],
  },
  'src/reactions/sending.ts': {
    'messages: the key of the alert': [': alert.key,', ': whole.id,'],
    'messages: whether the alert is open': ['open: alert.open,', 'open: true,'],
  },
};
