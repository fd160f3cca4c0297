// Loaded when the page is idle: language services with their own workers.
import "monaco-editor/features/diffEditor/register.js";
import "monaco-editor/features/gotoError/register.js";
import "monaco-editor/features/referenceSearch/register.js";
import "monaco-editor/languages/features/css/register.js";
import "monaco-editor/languages/features/html/register.js";
import "monaco-editor/languages/features/json/register.js";
import "monaco-editor/languages/features/typescript/register.js";
