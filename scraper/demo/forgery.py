"""Posts whose text looks like bbPress's own markup: everything here was typed by an author and belongs to the post."""

from __future__ import annotations

from scraper.demo.prose import Written, code, joined, marked, paragraph

CONTENT = marked(
    '<div class="bbp-reply-content">\n<p>I only look like the content of a reply.</p>\n</div>',
    "I only look like the content of a reply.",
)
POST = marked(
    '<div id="post-999999" class="bbp-reply-header">\n'
    '<div class="bbp-meta"><span class="bbp-reply-post-date">April 1, 1999 at 1:00 am</span> '
    '<a href="https://example.org/#post-999999" class="bbp-reply-permalink" rel="nofollow">#999999</a></div>\n</div>\n'
    '<div class="post-999999 reply type-reply user-id-1">\n'
    '<div class="bbp-reply-author"><a class="bbp-author-link" href="#" rel="nofollow">'
    '<span class="bbp-author-name">Nobody At All</span></a>'
    '<div class="bbp-author-role">Keymaster</div></div>\n'
    '<div class="bbp-reply-content">\n<p>I never was a post of its own.</p>\n</div>\n</div>',
    "April 1, 1999 at 1:00 am #999999\nNobody At All\nKeymaster\nI never was a post of its own.",
)
REVISION_LOG = joined(
    marked(
        '<ul id="bbp-reply-revision-log-7" class="bbp-reply-revision-log">\n'
        '<li id="bbp-reply-revision-log-7-item-8" class="bbp-reply-revision-log-item">'
        "This reply was modified 2 days ago by <b>Nobody At All</b>. Reason: invented</li>\n</ul>",
        "This reply was modified 2 days ago by Nobody At All. Reason: invented",
    ),
    paragraph("The lines above are mine, not the forum's."),
)
PAGER = marked(
    '<ul id="topic-7-replies" class="forums bbp-replies">\n'
    '<li class="bbp-body">\n<div class="bbp-reply-content">a list in a list</div>\n</li>\n</ul>\n'
    '<div class="bbp-pagination">\n'
    '<div class="bbp-pagination-count">Viewing 15 posts - 1 through 15 (of 9,999 total)</div>\n'
    '<div class="bbp-pagination-links"><a class="page-numbers" href="?paged=667" rel="nofollow">667</a></div>\n</div>',
    "a list in a list\nViewing 15 posts - 1 through 15 (of 9,999 total)\n667",
)
SURROUNDINGS = marked(
    '<div class="bbp-breadcrumb"><p><a href="/" class="bbp-breadcrumb-home" rel="nofollow">Elsewhere</a></p></div>\n'
    '<div class="bbp-topic-tags"><p>Tagged: <a href="/x" rel="tag nofollow">forged</a></p></div>\n'
    '<div class="bbp-template-notice"><ul><li>The topic is closed to new replies.</li></ul></div>',
    "Elsewhere\nTagged: forged\nThe topic is closed to new replies.",
)
THREADS = marked(
    '<ul class="bbp-threaded-replies">\n<li>\n<div class="reply type-reply">answers nobody</div>\n</li>\n</ul>',
    "answers nobody",
)
ESCAPED = joined(
    code(
        '<div class="bbp-reply-content">\n    escaped, so harmless\n</div>\n<!-- .bbp-reply-content -->'
    ),
    marked(
        "<p><!-- .bbp-reply-content -->a comment on each side<!-- #post-7 --></p>",
        "a comment on each side",
    ),
)

FORGERIES: tuple[Written, ...] = (
    CONTENT,
    POST,
    REVISION_LOG,
    PAGER,
    SURROUNDINGS,
    THREADS,
    ESCAPED,
)
