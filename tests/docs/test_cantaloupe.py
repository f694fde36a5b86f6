"""Who moves here finds every key of a `cantaloupe.properties`."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest

from tests.docs.pages import text_of

KEYS = """
temp_pathname http.enabled http.host http.port http.min_threads http.max_threads http.accept_queue_limit https.enabled
https.host https.port https.key_store_type https.key_store_password https.key_store_path https.key_password base_uri
slash_substitute meta_identifier.transformer meta_identifier.transformer.StandardMetaIdentifierTransformer.delimiter
max_pixels max_scale log_error_responses print_stack_trace_on_error_pages delegate_script.enabled
delegate_script.pathname endpoint.iiif.1.enabled endpoint.iiif.2.enabled endpoint.iiif.3.enabled endpoint.iiif.min_size
endpoint.iiif.min_tile_size endpoint.iiif.restrict_to_sizes endpoint.admin.enabled endpoint.admin.username
endpoint.admin.secret endpoint.api.enabled endpoint.api.username endpoint.api.secret endpoint.health.enabled
endpoint.health.dependency_check source.static source.delegate FilesystemSource.lookup_strategy
FilesystemSource.BasicLookupStrategy.path_prefix FilesystemSource.BasicLookupStrategy.path_suffix
HttpSource.allow_insecure HttpSource.request_timeout HttpSource.proxy.http.host HttpSource.proxy.http.port
HttpSource.lookup_strategy HttpSource.BasicLookupStrategy.url_prefix HttpSource.BasicLookupStrategy.url_suffix
HttpSource.BasicLookupStrategy.auth.basic.username HttpSource.BasicLookupStrategy.send_head_requests
HttpSource.chunking.enabled HttpSource.chunking.chunk_size HttpSource.chunking.cache.enabled
HttpSource.chunking.cache.max_size S3Source.endpoint S3Source.region S3Source.access_key_id S3Source.secret_key
S3Source.lookup_strategy S3Source.BasicLookupStrategy.bucket.name S3Source.BasicLookupStrategy.path_prefix
S3Source.BasicLookupStrategy.path_suffix AzureStorageSource.account_name AzureStorageSource.account_key
AzureStorageSource.container_name AzureStorageSource.lookup_strategy JdbcSource.url JdbcSource.connection_timeout
processor.selection_strategy processor.ManualSelectionStrategy.jpg processor.ManualSelectionStrategy.fallback
processor.stream_retrieval_strategy processor.fallback_retrieval_strategy
processor.purge_incompatible_from_source_cache processor.dpi processor.background_color processor.downscale_filter
processor.upscale_filter processor.downscale_linear processor.sharpen processor.jpg.progressive processor.jpg.quality
processor.tif.compression processor.imageio.jpg.reader processor.imageio.tif.writer processor.pdf.scratch_file_enabled
processor.pdf.max_memory_bytes FfmpegProcessor.path_to_binaries OpenJpegProcessor.path_to_binaries
cache.client.enabled cache.client.max_age cache.server.source cache.server.source.ttl_seconds
cache.server.derivative.enabled cache.server.derivative cache.server.derivative.ttl_seconds cache.server.info.enabled
cache.server.purge_missing cache.server.resolve_first cache.server.worker.enabled cache.server.worker.interval
FilesystemCache.pathname FilesystemCache.dir.depth FilesystemCache.dir.name_length HeapCache.target_size
HeapCache.persist HeapCache.persist.filesystem.pathname JdbcCache.url S3Cache.endpoint S3Cache.object_key_prefix
AzureStorageCache.account_name AzureStorageCache.object_key_prefix RedisCache.host RedisCache.port RedisCache.ssl
RedisCache.password RedisCache.database overlays.strategy overlays.BasicStrategy.enabled overlays.BasicStrategy.type
overlays.BasicStrategy.image overlays.BasicStrategy.string overlays.BasicStrategy.string.font
overlays.BasicStrategy.string.font.size overlays.BasicStrategy.string.font.min_size
overlays.BasicStrategy.string.font.weight overlays.BasicStrategy.string.font.glyph_spacing
overlays.BasicStrategy.string.color overlays.BasicStrategy.string.stroke.color
overlays.BasicStrategy.string.stroke.width overlays.BasicStrategy.string.background.color
overlays.BasicStrategy.position overlays.BasicStrategy.inset overlays.BasicStrategy.output_width_threshold
overlays.BasicStrategy.output_height_threshold redaction.enabled log.application.level
log.application.ConsoleAppender.enabled log.application.FileAppender.enabled
log.application.RollingFileAppender.enabled log.application.SyslogAppender.host log.error.FileAppender.enabled
log.error.RollingFileAppender.enabled log.access.ConsoleAppender.enabled log.access.FileAppender.pathname extends
logstash.enabled
"""


def written() -> list[str]:
    """The keys as the page writes them: with stars, and the second of a row without what the first begins with."""
    return [code.split(" ")[0] for code in re.findall(r"`([^`\n]+)`", text_of("cantaloupe.md"))]


def is_meant(key: str, code: str) -> bool:
    return fnmatchcase(key, f"*{code}" if code.startswith(".") else code)


@pytest.mark.parametrize("key", KEYS.split())
def test_every_key_is_on_the_page(key: str):
    assert any(is_meant(key, code) for code in written())


def test_the_page_says_that_settings_are_typed_by_hand():
    assert "no command reads a `cantaloupe.properties`" in text_of("cantaloupe.md")
