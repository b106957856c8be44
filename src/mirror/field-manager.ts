/** What a mirror is called in managedFields, Events and requests. */
export const FIELD_MANAGER = 'mcs-mirror';
