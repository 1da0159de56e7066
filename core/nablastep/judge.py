"""The judge: `judge` for the equation of a step of a session, `judge_answer` for a question that is asked again."""

from __future__ import annotations

from nablastep.judging.question import Question, question_of
from nablastep.judging.verdict import Verdict, judge, judge_answer

__all__ = ["Question", "Verdict", "judge", "judge_answer", "question_of"]
