# ruff: noqa: E501 - a bibliography reads best with one publication a line
"""Who found out why a rule matters: the literature that the rules refer to, by key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Source(NamedTuple):
    """A publication: how it is named in a sentence, and where it is found."""

    short: str
    full: str


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "acemoglu-2019": Source(
            "Acemoglu & Restrepo 2019",
            "D. Acemoglu and P. Restrepo: Automation and New Tasks: How Technology Displaces and Reinstates Labor. Journal of Economic Perspectives 33(2), 3-30.",
        ),
        "adner-2006": Source(
            "Adner 2006",
            "R. Adner: Match Your Innovation Strategy to Your Innovation Ecosystem. Harvard Business Review 84(4), 98-107.",
        ),
        "adner-2017": Source(
            "Adner 2017",
            "R. Adner: Ecosystem as Structure: An Actionable Construct for Strategy. Journal of Management 43(1), 39-58.",
        ),
        "ansoff-1975": Source(
            "Ansoff 1975",
            "H. I. Ansoff: Managing Strategic Surprise by Response to Weak Signals. California Management Review 18(2), 21-33.",
        ),
        "arkes-1985": Source(
            "Arkes & Blumer 1985",
            "H. R. Arkes and C. Blumer: The Psychology of Sunk Cost. Organizational Behavior and Human Decision Processes 35(1), 124-140.",
        ),
        "barney-1991": Source(
            "Barney 1991",
            "J. Barney: Firm Resources and Sustained Competitive Advantage. Journal of Management 17(1), 99-120.",
        ),
        "brandenburger-1996": Source(
            "Brandenburger & Nalebuff 1996", "A. M. Brandenburger and B. J. Nalebuff: Co-opetition. Doubleday."
        ),
        "burgelman-1991": Source(
            "Burgelman 1991",
            "R. A. Burgelman: Intraorganizational Ecology of Strategy Making and Organizational Adaptation. Organization Science 2(3), 239-262.",
        ),
        "collins-1996": Source(
            "Collins & Porras 1996",
            "J. C. Collins and J. I. Porras: Building Your Company's Vision. Harvard Business Review 74(5), 65-77.",
        ),
        "cooper-1990": Source(
            "Cooper 1990",
            "R. G. Cooper: Stage-Gate Systems: A New Tool for Managing New Products. Business Horizons 33(3), 44-54.",
        ),
        "davenport-1998": Source(
            "Davenport 1998",
            "T. H. Davenport: Putting the Enterprise into the Enterprise System. Harvard Business Review 76(4), 121-131.",
        ),
        "edmondson-1999": Source(
            "Edmondson 1999",
            "A. Edmondson: Psychological Safety and Learning Behavior in Work Teams. Administrative Science Quarterly 44(2), 350-383.",
        ),
        "eisenhardt-1989": Source(
            "Eisenhardt 1989",
            "K. M. Eisenhardt: Making Fast Strategic Decisions in High-Velocity Environments. Academy of Management Journal 32(3), 543-576.",
        ),
        "fleming-2010": Source(
            "Fleming & Koppelman 2010",
            "Q. W. Fleming and J. M. Koppelman: Earned Value Project Management, fourth edition. Project Management Institute.",
        ),
        "floridi-2018": Source(
            "Floridi et al. 2018",
            "L. Floridi and others: AI4People - An Ethical Framework for a Good AI Society. Minds and Machines 28, 689-707.",
        ),
        "freeman-1984": Source("Freeman 1984", "R. E. Freeman: Strategic Management: A Stakeholder Approach. Pitman."),
        "garvin-1993": Source(
            "Garvin 1993", "D. A. Garvin: Building a Learning Organization. Harvard Business Review 71(4), 78-91."
        ),
        "gollwitzer-1999": Source(
            "Gollwitzer 1999",
            "P. M. Gollwitzer: Implementation Intentions: Strong Effects of Simple Plans. American Psychologist 54(7), 493-503.",
        ),
        "gulati-2012": Source(
            "Gulati et al. 2012",
            "R. Gulati, F. Wohlgezogen and P. Zhelyazkov: The Two Facets of Collaboration: Cooperation and Coordination in Strategic Alliances. Academy of Management Annals 6(1), 531-583.",
        ),
        "kahneman-1993": Source(
            "Kahneman & Lovallo 1993",
            "D. Kahneman and D. Lovallo: Timid Choices and Bold Forecasts: A Cognitive Perspective on Risk Taking. Management Science 39(1), 17-31.",
        ),
        "kaplan-1992": Source(
            "Kaplan & Norton 1992",
            "R. S. Kaplan and D. P. Norton: The Balanced Scorecard - Measures That Drive Performance. Harvard Business Review 70(1), 71-79.",
        ),
        "kaplan-2004": Source(
            "Kaplan & Norton 2004",
            "R. S. Kaplan and D. P. Norton: Strategy Maps: Converting Intangible Assets into Tangible Outcomes. Harvard Business School Press.",
        ),
        "keeney-1976": Source(
            "Keeney & Raiffa 1976",
            "R. L. Keeney and H. Raiffa: Decisions with Multiple Objectives: Preferences and Value Tradeoffs. Wiley.",
        ),
        "kerr-1975": Source(
            "Kerr 1975",
            "S. Kerr: On the Folly of Rewarding A, While Hoping for B. Academy of Management Journal 18(4), 769-783.",
        ),
        "kotter-1995": Source(
            "Kotter 1995",
            "J. P. Kotter: Leading Change: Why Transformation Efforts Fail. Harvard Business Review 73(2), 59-67.",
        ),
        "locke-2002": Source(
            "Locke & Latham 2002",
            "E. A. Locke and G. P. Latham: Building a Practically Useful Theory of Goal Setting and Task Motivation. American Psychologist 57(9), 705-717.",
        ),
        "march-1991": Source(
            "March 1991",
            "J. G. March: Exploration and Exploitation in Organizational Learning. Organization Science 2(1), 71-87.",
        ),
        "mcgrath-1995": Source(
            "McGrath & MacMillan 1995",
            "R. G. McGrath and I. C. MacMillan: Discovery-Driven Planning. Harvard Business Review 73(4), 44-54.",
        ),
        "miller-1956": Source(
            "Miller 1956",
            "G. A. Miller: The Magical Number Seven, Plus or Minus Two. Psychological Review 63(2), 81-97.",
        ),
        "mintzberg-1985": Source(
            "Mintzberg & Waters 1985",
            "H. Mintzberg and J. A. Waters: Of Strategies, Deliberate and Emergent. Strategic Management Journal 6(3), 257-272.",
        ),
        "morrison-2000": Source(
            "Morrison & Milliken 2000",
            "E. W. Morrison and F. J. Milliken: Organizational Silence: A Barrier to Change and Development in a Pluralistic World. Academy of Management Review 25(4), 706-725.",
        ),
        "pfeffer-2006": Source(
            "Pfeffer & Sutton 2006",
            "J. Pfeffer and R. I. Sutton: Hard Facts, Dangerous Half-Truths, and Total Nonsense. Harvard Business School Press.",
        ),
        "porter-1996": Source("Porter 1996", "M. E. Porter: What Is Strategy? Harvard Business Review 74(6), 61-78."),
        "prahalad-1990": Source(
            "Prahalad & Hamel 1990",
            "C. K. Prahalad and G. Hamel: The Core Competence of the Corporation. Harvard Business Review 68(3), 79-91.",
        ),
        "schoemaker-1995": Source(
            "Schoemaker 1995",
            "P. J. H. Schoemaker: Scenario Planning: A Tool for Strategic Thinking. Sloan Management Review 36(2), 25-40.",
        ),
        "staw-1976": Source(
            "Staw 1976",
            "B. M. Staw: Knee-Deep in the Big Muddy: A Study of Escalating Commitment to a Chosen Course of Action. Organizational Behavior and Human Performance 16(1), 27-44.",
        ),
        "teece-2007": Source(
            "Teece 2007",
            "D. J. Teece: Explicating Dynamic Capabilities: The Nature and Microfoundations of (Sustainable) Enterprise Performance. Strategic Management Journal 28(13), 1319-1350.",
        ),
        "tushman-1996": Source(
            "Tushman & O'Reilly 1996",
            "M. L. Tushman and C. A. O'Reilly: Ambidextrous Organizations: Managing Evolutionary and Revolutionary Change. California Management Review 38(4), 8-30.",
        ),
        "ulwick-2005": Source("Ulwick 2005", "A. W. Ulwick: What Customers Want. McGraw-Hill."),
        "wang-1996": Source(
            "Wang & Strong 1996",
            "R. Y. Wang and D. M. Strong: Beyond Accuracy: What Data Quality Means to Data Consumers. Journal of Management Information Systems 12(4), 5-33.",
        ),
        "weiner-2009": Source(
            "Weiner 2009",
            "B. J. Weiner: A Theory of Organizational Readiness for Change. Implementation Science 4, 67.",
        ),
        "wheeler-2000": Source(
            "Wheeler 2000",
            "D. J. Wheeler: Understanding Variation: The Key to Managing Chaos, second edition. SPC Press.",
        ),
        "wheelwright-1992": Source(
            "Wheelwright & Clark 1992",
            "S. C. Wheelwright and K. B. Clark: Creating Project Plans to Focus Product Development. Harvard Business Review 70(2), 70-82.",
        ),
        "zuboff-1985": Source(
            "Zuboff 1985",
            "S. Zuboff: Automate/Informate: The Two Faces of Intelligent Technology. Organizational Dynamics 14(2), 5-18.",
        ),
    }
)

__all__ = ["SOURCES", "Source"]
