"""service.docs.routes: the documentation, rendered once for each model version."""

from models.champion import Champion
from service.core.settings import Settings
from service.docs.routes import DocumentationCache
from service.routes import create_routes


def test_the_documentation_is_rendered_once_for_each_model_version(champion: Champion) -> None:
    cache = DocumentationCache(create_routes(Settings()), Settings())
    without_model = cache.get(None)
    assert cache.get(None) is without_model
    with_model = cache.get(champion)
    assert cache.get(champion) is with_model
    assert champion.record.version.encode() in with_model.page.content
    assert with_model.document.etag != without_model.document.etag
