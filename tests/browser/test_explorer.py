"""The latent explorer as a learner meets it: JupyterLab, a browser, the keyboard.

Needs playwright (`pip install -e '.[browser]'`) and a chromium: the system's, or the one that
`python -m playwright install chromium` fetches. Without them everything here is skipped.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import nbformat
import pytest

import gan_helpers as gh

pytest.importorskip("jupyterlab", reason="no jupyterlab: pip install -e '.[lessons]'")
playwright = pytest.importorskip(
    "playwright.sync_api", reason="no playwright: pip install -e '.[browser]'"
)
pytestmark = pytest.mark.slow

NOTEBOOK = """\
import gan_helpers as gh
shape = (28, 28, 1)
gan = gh.GAN(
    gh.networks.generator(shape, latent_dim=8, width=4),
    gh.networks.discriminator(shape, width=4),
)
gh.widgets.LatentExplorer(gan)
"""
NOTEBOOK_IS_OPEN = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady"
RUN_ALL_CELLS = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
PICTURE = ".jp-OutputArea .widget-html img"
QUIET = ["--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]


def find_chromium(driver):
    """Return the path of playwright's own chromium, else of the system's, else None."""
    if pathlib.Path(driver.chromium.executable_path).exists():
        return driver.chromium.executable_path
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        program = find_chromium(driver)
        if program is None:
            pytest.skip("no chromium: python -m playwright install chromium")
        # A container has no sandbox to offer; the only page opened is our own.
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", *QUIET])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    """Start JupyterLab beside a notebook with an explorer; return the notebook's address."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(NOTEBOOK)])
    # Without a kernel's name JupyterLab opens a dialog that asks for one.
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "explorer.ipynb")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"]
    command += ["--LabApp.extension_manager=readonly"]
    with open(folder / "log.txt", "w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment(folder), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        found = wait_for_server(server, folder)
        yield f"{found['url']}lab/tree/explorer.ipynb?token={found['token']}"
    finally:
        server.terminate()  # JupyterLab then ends its kernel too
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def environment(folder):
    """Return an environment that neither reads nor changes the user's settings of Jupyter."""
    package = str(pathlib.Path(gh.__file__).parents[1])  # the kernel tests this very package
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    places = {
        name: str(folder / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    return os.environ | places | {"PYTHONPATH": os.pathsep.join(paths)}


def wait_for_server(server, folder, seconds=30):
    """Return what the server writes down about itself once it listens: url, token and more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        for path in folder.glob("jupyter_runtime_dir/jpserver-*.json"):
            try:
                return json.loads(path.read_text())
            except json.JSONDecodeError:  # caught in the middle of being written
                pass
        time.sleep(0.2)
    raise RuntimeError("JupyterLab did not start:\n" + (folder / "log.txt").read_text())


@pytest.fixture
def page(browser, address):
    """Open the notebook, run it, and wait for the explorer's picture."""
    page = browser.new_page()
    page.goto(address)
    page.wait_for_function(NOTEBOOK_IS_OPEN, timeout=30_000)
    page.evaluate(RUN_ALL_CELLS)
    page.wait_for_selector(PICTURE, timeout=30_000)
    yield page
    page.close()


def test_the_keyboard_moves_a_slider_and_the_picture_follows(page):
    picture = page.locator(PICTURE)
    before_source, before_alt = picture.get_attribute("src"), picture.get_attribute("alt")
    assert "position 0.50" in before_alt

    slider = page.locator(".widget-hslider", has_text="Position").get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")

    # Waits until the kernel has drawn, and fails after the time given.
    after = re.compile("position 1.00")
    playwright.expect(picture).to_have_attribute("alt", after, timeout=10_000)
    changed = picture.get_attribute("src") != before_source
    assert changed, "the alt text changed, the picture did not"
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert page.locator(".jp-RenderedText[data-mime-type*=error]").count() == 0


def test_labels_and_picture_are_shown_in_full(page):
    labels = page.locator(".widget-hslider .widget-label")
    assert labels.all_inner_texts() == ["First seed", "Second seed", "Position", "Truncation"]
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    assert labels.evaluate_all(cut) == 0
    page.set_viewport_size({"width": 700, "height": 800})
    widths = "image => [image.clientWidth, image.parentElement.clientWidth]"
    shown, room = page.locator(PICTURE).evaluate(widths)
    assert shown <= room
