"""The checks under the exercises, one module a lesson.

`gh.exercises.check_scale(answer)` prints whether the answer is right, or what is wrong with it,
and returns True or False. An untouched stub is "not attempted yet".
"""

import importlib
import pkgutil

_LESSONS = [
    importlib.import_module(f"{__name__}.{module.name}")
    for module in pkgutil.iter_modules(__path__)
    if module.name.startswith("lesson_")
]
globals().update(
    {
        name: getattr(lesson, name)
        for lesson in _LESSONS
        for name in dir(lesson)
        if name.startswith("check_")
    }
)

__all__ = sorted(name for name in globals() if name.startswith("check_"))
