"""How an official document looks: fonts, the layout of annex I of Nghị định 30/2020/NĐ-CP, and pictures of pages.

| module | gives |
|---|---|
| `fonts` | `FontSet`, and the command that builds the fonts |
| `letter` | `OfficialLetter` → `render_official_letter` → `LaidOutDocument` with the boxes left empty for the clerk |
| `minutes` | `HandoverMinutes` → `render_minutes` |
| `wording` | the date line and the number as the decree wants them written |
| `preview` | `page_count`, `render_page` |
| `annex` | the sizes and the numbered boxes of annex I |

Every refusal is a `LayoutProblem` (see `errors`). Nothing here reads a database or the clock.
"""
