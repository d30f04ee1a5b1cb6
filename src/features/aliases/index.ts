export { AliasDefaults } from './alias-defaults.js';
export { AliasesModule } from './aliases.module.js';
