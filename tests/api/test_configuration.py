"""Where settings come from: argument, environment, file, default."""

import tomllib
from pathlib import Path

import pytest

from api.configuration import gather
from api.errors import SettingsError

HERE = {"TANMAI_API_STORE": "/data"}


def written(tmp_path, text):
    file = tmp_path / "tanmai.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_each_setting_comes_from_the_first_that_states_it(tmp_path):
    file = written(tmp_path, 'port = 1\nreaders = 5\nhost = "localhost"\nquery_seconds = 7\nhosts = ["a.example"]\n')
    environ = {**HERE, "TANMAI_API_PORT": "2", "TANMAI_API_READERS": "4"}
    found = gather({"port": 3, "readers": None}, environ, file)
    settings, origins = found.settings, found.origins
    assert (settings.port, origins["port"]) == (3, "argument")
    assert (settings.readers, origins["readers"]) == (4, "environment TANMAI_API_READERS")
    assert (settings.host, origins["host"]) == ("localhost", f"file {file}")
    assert (settings.hosts, settings.query_seconds) == (("a.example",), 7.0)
    assert (settings.workers, origins["workers"]) == (1, "default")


def test_the_file_may_be_named_by_the_environment_and_names_paths_beside_it(tmp_path):
    file = written(tmp_path, 'store = "data"\ntls_certificate = "c.pem"\ntls_key = "/etc/k.pem"\n')
    settings = gather({}, {"TANMAI_API_CONFIG": str(file)}).settings
    assert settings.store == tmp_path / "data"
    assert settings.tls_certificate == str(tmp_path / "c.pem")
    assert settings.tls_key == "/etc/k.pem"


def test_what_is_printed_is_a_settings_file_that_says_the_same(tmp_path):
    stated = {"store": Path("/data"), "host": "127.0.0.1", "public_url": 'https://碳.example/"\\', "hosts": ("a", "b")}
    one = gather(stated, {})
    again = gather({}, {}, written(tmp_path, one.as_toml()))
    assert again.settings == one.settings
    assert tomllib.loads(one.as_toml())["hosts"] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("raeders = 3", "raeders, which is no setting. The nearest name is readers"),
        ("[server]\nport = 1", "server, which is no setting"),
        ('port = "80"', "port = '80', which is no int"),
        ("port = true", "port = True, which is no int"),
        ("allow_writes = 1", "allow_writes = 1, which is no bool"),
        ("hosts = [1]", r"hosts = \[1\], which is no tuple"),
        ("port = ", "is no TOML"),
        ("port = 70000", "65535"),
        ('trusted_proxies = ["10.0.0.0/33"]', "no address or network"),
        ('trusted_proxies = ["127.0.0.1"]', "knows no clients yet, and trusted_proxies"),
        ('log_format = "xml"', "text or json"),
        ('tls_certificate = "c.pem"', "both a certificate and its key"),
    ],
)
def test_what_cannot_be_used_is_one_clear_error(tmp_path, text, says):
    with pytest.raises(SettingsError, match=says):
        gather({}, HERE, written(tmp_path, text))


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        gather({}, HERE, tmp_path / "none.toml")
