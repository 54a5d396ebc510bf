"""One small file of every format, typed from the list of its columns; workbooks are built when asked for."""

import io
import json
import random

import xlsxwriter


def workbook(*rows, sheet="Sheet1"):
    """The bytes of a workbook with these rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                page.write(number, column, cell)
    book.close()
    return out.getvalue()


def dice(seed):
    """A source of chance that gives the same damage every time."""
    return random.Random(seed)  # noqa: S311 - damage needs no secret


def table(text):
    return text.encode("utf-8")


TRELLO = {
    "id": "b00000000000000000000001",
    "name": "Second bakery",
    "closed": False,
    "prefs": {},
    "actions": [],
    "lists": [
        {"id": "l1", "name": "To do", "closed": False, "pos": 10},
        {"id": "l2", "name": "Done", "closed": False, "pos": 20},
        {"id": "l3", "name": "Old", "closed": True, "pos": 30},
    ],
    "members": [
        {"id": "m2", "fullName": "Sam Lee", "username": "sam"},
        {"id": "m1", "fullName": "", "username": "dana"},
    ],
    "labels": [{"id": "x1", "name": "", "color": "green"}],
    "customFields": [{"id": "f1", "name": "Points", "type": "number"}],
    "checklists": [
        {
            "id": "k1",
            "idCard": "c1",
            "name": "Steps",
            "pos": 1,
            "checkItems": [
                {"id": "s2", "name": "Sign", "state": "incomplete", "pos": 2},
                {"id": "s1", "name": "Visit", "state": "complete", "pos": 1},
            ],
        },
    ],
    "cards": [
        {
            "id": "c2",
            "idShort": 2,
            "name": "Buy an oven",
            "desc": "",
            "idList": "l2",
            "idMembers": ["m2"],
            "idLabels": [],
            "due": "2026-11-02T11:00:00.000Z",
            "dueComplete": True,
            "closed": False,
            "pos": 1,
            "dateLastActivity": "2026-11-01T08:00:00.000Z",
        },
        {
            "id": "c1",
            "idShort": 1,
            "name": "Rent a room",
            "desc": "In the old town",
            "idList": "l1",
            "idMembers": ["m1", "m2"],
            "idLabels": ["x1"],
            "due": "2026-12-24T11:00:00.000Z",
            "dueComplete": False,
            "closed": False,
            "pos": 1,
            "dateLastActivity": "2026-11-03T08:00:00.000Z",
        },
        {
            "id": "c3",
            "idShort": 3,
            "name": "In an archived list",
            "idList": "l3",
            "idMembers": [],
            "idLabels": [],
            "closed": False,
            "pos": 1,
        },
        {
            "id": "c4",
            "idShort": 4,
            "name": "Archived itself",
            "idList": "l1",
            "idMembers": [],
            "idLabels": [],
            "closed": True,
            "pos": 2,
        },
    ],
}

WEKAN = {
    "_format": "wekan-board-1.0.0",
    "_id": "wb1",
    "title": "Delivery",
    "labels": [{"_id": "y1", "name": "urgent", "color": "red"}],
    "lists": [
        {"_id": "wl1", "title": "Doing", "sort": 1, "archived": False},
        {"_id": "wl2", "title": "Gone", "sort": 2, "archived": True},
    ],
    "users": [{"_id": "wu1", "username": "dana", "profile": {"fullname": "Dana Ortiz"}}],
    "cards": [
        {
            "_id": "wc2",
            "title": "Second card",
            "listId": "wl1",
            "sort": 2,
            "archived": False,
            "members": ["wu1"],
            "dueAt": "2026-12-01T10:00:00.000Z",
        },
        {
            "_id": "wc1",
            "title": "First card",
            "listId": "wl1",
            "sort": 1,
            "archived": False,
            "endAt": "2026-11-01T10:00:00.000Z",
        },
        {"_id": "wc3", "title": "Archived", "listId": "wl1", "sort": 3, "archived": True},
        {"_id": "wc4", "title": "In a list that is gone", "listId": "wl2", "sort": 1, "archived": False},
    ],
    "checklists": [{"_id": "wk1", "cardId": "wc2", "title": "Steps"}],
    "checklistItems": [{"_id": "ws1", "title": "Call", "checklistId": "wk1", "sort": 1, "isFinished": True}],
}

PLANKA = {
    "item": {"id": "1", "name": "Shop", "projectId": "9"},
    "included": {
        "labels": [{"id": "50", "name": None, "color": "no-such"}],
        "lists": [
            {"id": "10", "type": "active", "position": 1, "name": "To do"},
            {"id": "11", "type": "closed", "position": 2, "name": "Ready"},
            {"id": "12", "type": "trash", "position": None, "name": None},
        ],
        "cards": [
            {
                "id": "21",
                "name": "Paint the wall",
                "listId": "10",
                "position": 2,
                "dueDate": "2026-12-05T10:00:00.000Z",
                "isClosed": False,
                "listChangedAt": "2026-11-01T00:00:00.000Z",
            },
            {
                "id": "22",
                "name": "Choose a colour",
                "listId": "11",
                "position": 1,
                "isClosed": False,
                "listChangedAt": "2026-11-02T00:00:00.000Z",
            },
            {"id": "23", "name": "Thrown away", "listId": "12", "position": 1},
        ],
        "cardMemberships": [{"id": "1", "cardId": "21", "userId": "7"}],
        "cardLabels": [{"id": "1", "cardId": "21", "labelId": "50"}],
        "taskLists": [{"id": "30", "cardId": "21", "name": "Steps", "position": 1}],
        "tasks": [
            {
                "id": "31",
                "taskListId": "30",
                "name": "Buy paint",
                "position": 1,
                "isCompleted": False,
                "assigneeUserId": "7",
            }
        ],
        "users": [{"id": "7", "name": "Sam Lee", "username": "sam"}],
    },
}

ASANA = """Task ID,Created At,Completed At,Last Modified,Name,Section/Column,Assignee,Assignee Email,Start Date,Due Date,Tags,Notes,Projects,Parent task,Blocked By (Dependencies),Blocking (Dependencies),Effort
11,2026-10-01,,2026-10-05,Plan the fair,Doing,Dana Ortiz,dana@example.com,,2026-12-01,fair,"Two
lines",Fair,,,,High
12,2026-10-02,2026-10-09,2026-10-09,Book the stand,Done,,sam@example.com,,2026-10-31,,,,Plan the fair,,,
13,2026-10-03,,2026-10-05,Print flyers,To do,Dana Ortiz,dana@example.com,,2026-11-15,,,Fair,,Book the stand,,
"""

JIRA = """Summary,Issue key,Issue id,Issue Type,Status,Project key,Project name,Project type,Priority,Resolution,Assignee,Creator,Created,Updated,Last Viewed,Resolved,Due date,Votes,Labels,Labels,Description,Original Estimate,Sprint,Sprint,Comment,Comment,Parent id,Status Category
Web shop,SHOP-1,1001,Epic,In Progress,SHOP,Shop,software,High,,dana,dana,25/Jun/26 12:44,25/Oct/26 12:44,26/Jun/26 20:22,,24/Dec/26 00:00,3,web,retail,"An ""epic""
with two lines",,S1,S2,25/Jun/26;x1;First,26/Jun/26;x1;Second,,In Progress
Pay by card,SHOP-2,1002,Story,Done,SHOP,Shop,software,High,Done,sam@example.com,dana,25/Jun/26 12:45,03/Oct/26 9:41 AM,26/Jun/26 20:22,02/Oct/26 12:00,,0,,,,28800,S1,,,,1001,Done
Fix the lamp,SHOP-3,1003,Task,To Do,SHOP,Shop,software,Low,,,dana,25/Jun/26 12:46,04/Oct/26 12:00,26/Jun/26 20:22,,30/Nov/26 00:00,0,,,,3600,,,,,,To Do
"""

JIRA_RSS = """<!--
RSS generated by JIRA
-->
<rss version="0.92"><channel><title>Jira</title><link>https://example.com</link>
<item><title>[AB-1] Open a branch</title><link>https://example.com/AB-1</link><project id="1" key="AB">Branch</project>
<description>&lt;p&gt;HTML&lt;/p&gt;</description><key id="101">AB-1</key><summary>Open a branch</summary><type id="1">Epic</type>
<status id="1">To Do</status><statusCategory id="2" key="new"/><resolution id="-1">Unresolved</resolution>
<assignee accountid="u:1">Chen Lim</assignee><created>Fri, 24 Sep 2026 14:22:15 -0700</created><updated>Fri, 25 Sep 2026 14:22:15 -0700</updated>
<due>Thu, 12 Nov 2026 00:00:00 +0000</due><votes>2</votes></item>
<item><title>[AB-2] Find a room</title><project id="1" key="AB">Branch</project><key id="102">AB-2</key><summary>Find a room</summary>
<type id="2">Task</type><parent id="101">AB-1</parent><status id="3">Done</status><statusCategory id="3" key="done"/><resolution id="1">Done</resolution>
<assignee accountid="-1">Unassigned</assignee><updated>Mon, 28 Sep 2026 09:00:00 +0200</updated><resolved>Sun, 27 Sep 2026 09:00:00 +0200</resolved><due></due><votes>0</votes></item>
</channel></rss>
"""

LINEAR = """"ID","Team","Title","Description","Status","Estimate","Priority","Project ID","Project","Creator","Assignee","Labels","Cycle Number","Cycle Name","Cycle Start","Cycle End","Created","Updated","Started","Triaged","Completed","Canceled","Archived","Due Date","Parent issue","Initiatives","Project Milestone ID","Project Milestone"
"ENG-1","Engineering","Read the meters","","In Progress","3","High","pr-1","Meters","dana@example.com","sam@example.com","bug, api","4","Cycle 4","2026-10-01T00:00:00.000Z","2026-10-14T00:00:00.000Z","2026-10-01T08:00:00.000Z","2026-10-05T08:00:00.000Z","2026-10-02T08:00:00.000Z","","","","","2026-12-31","","Save energy","ms-1","First readings"
"ENG-2","Engineering","Show the meters","","Done","5","No priority","pr-1","Meters","dana@example.com","","","","","","","2026-10-01T08:00:00.000Z","2026-10-09T08:00:00.000Z","","","2026-10-08T08:00:00.000Z","","","","ENG-1","","",""
"""

GITHUB = """number,title,state,labels,assignees,milestone,body
12,Crash on start,open,"bug, help wanted","octo, sam",First release,"It crashes
at once"
13, Write a manual,closed,docs,,First release,
"""

GITHUB_VIEW = """Title\tURL\tAssignees\tStatus\tLabels\tEstimate
Crash on start\thttps://github.com/shop/till/issues/12\tocto, sam\tIn Progress\tbug\t3
Only a draft\t\t\tTodo\t\t2
"""

OPENPROJECT = """ID,Subject,Type,Status,Assignee,Priority,Project,Finish date,Parent
41,New kitchen,Phase,In progress,Dana Ortiz,Normal,Kitchen,2026-12-31,
42,Order the oven,Task,New,Sam Lee,High,Kitchen,2026-12-01,41
43,Opening day,Milestone,New,Dana Ortiz,Normal,Kitchen,2026-12-24,41
"""

LEANTIME_TODOS = """Id,Title,Status,Milestone,Effort,Priority,Assigned to.,Sprint,Tags,Due Date,Planned Hours,Estimated Hours Remaining,Booked Hours
1,Order oven,New,Supply,M,High,Dana Ortiz,,ops,2026-12-01,8,8,0
2,Train staff,Done,Supply,S,Low,Sam Lee,,,2026-12-13,4,0,5
"""

LEANTIME_MILESTONES = """Project name,Title,Dependent on,Status,Owner,Planned start,Planned end,Planned hours,Hours remaining,Booked hours,Progress
Supply,Contract signed,,New,Dana Ortiz,2026-11-01,2026-12-01,10,10,0,0
Supply,First delivery,Contract signed,New,Sam Lee,2026-12-01,2027-01-15,20,20,0,0
"""

LEANTIME_TIMESHEETS = """Id,Date,Hours,Plan hours,Difference,Ticket,Project,Client,Employee,Type,Milestone,Tags,Description,Invoiced,Invoiced comp,Paid
1,2026-10-01,2.5,8,5.5,Order oven,Supply,Cafe,Dana Ortiz,General,,,Calls,0,0,0
2,2026-10-02,3,8,5,Order oven,Supply,Cafe,Sam Lee,General,,,Calls,0,0,0
3,2026-10-02,0,8,8,Order oven,Supply,Cafe,Sam Lee,General,,,Nothing,0,0,0
"""

MONDAY_ID = "Item ID (auto generated)"


def monday(total=1250, shift=()):
    """A monday board: two groups, a block of subitems with its own header, a row of sums in each group."""
    header = ["Name", "Subitems", "Person", "Status", "Budget", "Timeline - Start", "Timeline - End", *shift, MONDAY_ID]
    sub = ["Subitems", "Name", "Owner", "Status", "Numbers", MONDAY_ID]
    gap = [None] * len(shift)
    return workbook(
        ["Bakery board"],
        ["Ovens"],
        header,
        ["Buy oven", "Ask, Compare", "Dana Ortiz", "Working on it", 1000, "2026-11-01", "2026-12-01", *gap, 9001],
        sub,
        [None, "Ask", "Sam Lee", "Done", 5, 9101],
        [None, "Compare", "Sam Lee", "Stuck", 7, 9102],
        ["Install oven", None, "Sam Lee", "Done", 250, "2026-12-02", "2026-12-09", *gap, 9002],
        [None, None, None, None, total, "2026-11-01", "2026-12-09", *gap, None],
        [],
        ["Shop"],
        header,
        ["Paint", None, None, None, None, None, None, *gap, 9003],
        [None, None, None, None, 0, None, None, *gap, None],
        sheet="bakery board",
    )


TICKTICK = """\ufeff"Date: 2026-11-01+0000"
"Version: 7.1"
"Status:
0 Normal
1 Completed
2 Archived"
"Folder Name","List Name","Title","Kind","Tags","Content","Is Check list","Start Date","Due Date","Reminder","Repeat","Priority","Status","Created Time","Completed Time","Order","Timezone","Is All Day","Is Floating","Column Name","Column Order","View Mode","taskId","parentId"
"Work","Bakery","Clean the oven","TEXT","","","N","","2026-12-01T00:00:00+0000","","","0","0","2026-10-01T08:00:00+0000","","1","Europe/Berlin","true","false","","","list","1",""
"Work","Bakery","Order flour","TEXT","","","N","","","","","0","1","2026-10-01T08:00:00+0000","2026-10-03T08:00:00+0000","2","Europe/Berlin","true","false","","","list","2","1"
"""

FIDER = """number,title,description,created_at,created_by,votes_count,comments_count,status,responded_by,responded_at,response,original_number,original_title,tags
10,Rye bread,More rye,2026-03-23T19:33:22Z,Somebody,14,2,open,,,,,,"bread, rye"
15,Open on Sunday,,2026-02-21T15:51:35Z,Someone,9,2,declined,Dana,2026-04-04T19:48:10Z,The law forbids it,,,
20,Dark bread,,2026-01-12T01:46:59Z,Somebody,1,0,duplicate,Dana,2026-03-17T10:15:42Z,See the other,10,Rye bread,
"""

MSPDI = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Project xmlns="http://schemas.microsoft.com/project"><SaveVersion>14</SaveVersion><Name>kitchen</Name><Title>New kitchen</Title>
<CurrencyDigits>2</CurrencyDigits><CurrencyCode>GBP</CurrencyCode><MinutesPerDay>480</MinutesPerDay>
<Tasks>
<Task><UID>0</UID><ID>0</ID><Name>New kitchen</Name><OutlineLevel>0</OutlineLevel><Summary>1</Summary><Cost>350000</Cost></Task>
<Task><UID>1</UID><ID>1</ID><Name>Oven</Name><OutlineLevel>1</OutlineLevel><Summary>1</Summary><Cost>200000</Cost><ActualCost>50000</ActualCost><RemainingCost>150000</RemainingCost><PercentComplete>25</PercentComplete></Task>
<Task><UID>2</UID><ID>2</ID><Name>Order the oven</Name><OutlineLevel>2</OutlineLevel><Summary>0</Summary><Cost>120000</Cost><Work>PT8H0M0S</Work><Finish>2026-12-01T17:00:00</Finish><PercentComplete>100</PercentComplete><ActualFinish>2026-11-20T17:00:00</ActualFinish></Task>
<Task><UID>3</UID><ID>3</ID><Name>Install the oven</Name><OutlineLevel>2</OutlineLevel><Summary>0</Summary><Cost>80000</Cost><Work>PT16H30M0S</Work><Finish>2026-12-09T17:00:00</Finish><PredecessorLink><PredecessorUID>2</PredecessorUID><Type>1</Type></PredecessorLink></Task>
<Task><UID>4</UID><ID>4</ID><Name>Opening</Name><OutlineLevel>1</OutlineLevel><Summary>0</Summary><Milestone>1</Milestone><Cost>150000</Cost><Work>PT1H0M0S</Work><Finish>2026-12-24T10:00:00</Finish></Task>
</Tasks>
<Resources><Resource><UID>1</UID><Name>Dana Ortiz</Name><Type>1</Type><StandardRate>50</StandardRate></Resource><Resource><UID>2</UID><Name>Bricks</Name><Type>0</Type></Resource></Resources>
<Assignments><Assignment><UID>1</UID><TaskUID>3</TaskUID><ResourceUID>2</ResourceUID></Assignment><Assignment><UID>2</UID><TaskUID>3</TaskUID><ResourceUID>1</ResourceUID></Assignment></Assignments>
</Project>
"""

STRATML = """<?xml version="1.0" encoding="UTF-8"?>
<s:PerformancePlanOrReport xmlns:s="urn:ISO:std:iso:17469:tech:xsd:PerformancePlanOrReport" Type="Performance_Report"><s:Name>Plan</s:Name>
<s:StrategicPlanCore><s:Organization><s:Name>Two vans</s:Name><s:Identifier>org-1</s:Identifier></s:Organization>
<s:Vision><s:Description>A town without late parcels</s:Description></s:Vision><s:Mission><s:Description>Every parcel on the day we said.</s:Description></s:Mission>
<s:Value><s:Name>Care</s:Name></s:Value>
<s:Goal><s:Name>Be on time</s:Name><s:Identifier>g1</s:Identifier><s:SequenceIndicator>1</s:SequenceIndicator>
<s:Objective><s:Name>Late parcels</s:Name><s:Identifier>g1o1</s:Identifier><s:Stakeholder><s:Name>Drivers</s:Name></s:Stakeholder>
<s:PerformanceIndicator ValueChainStage="Outcome"><s:Identifier>i1</s:Identifier><s:MeasurementDimension>Late parcels</s:MeasurementDimension><s:UnitOfMeasurement>per thousand</s:UnitOfMeasurement>
<s:MeasurementInstance><s:TargetResult><s:NumberOfUnits>10</s:NumberOfUnits><s:EndDate>2027-12-31</s:EndDate></s:TargetResult><s:ActualResult><s:NumberOfUnits>1,030.5</s:NumberOfUnits><s:EndDate>2026-09-30</s:EndDate></s:ActualResult></s:MeasurementInstance></s:PerformanceIndicator>
<s:PerformanceIndicator><s:MeasurementDimension>Words only</s:MeasurementDimension><s:MeasurementInstance><s:TargetResult><s:Description>Good</s:Description></s:TargetResult></s:MeasurementInstance></s:PerformanceIndicator>
</s:Objective><s:Objective><s:Name/><s:Description>Pay drivers well.</s:Description><s:Identifier>g1o2</s:Identifier></s:Objective></s:Goal>
</s:StrategicPlanCore></s:PerformancePlanOrReport>
"""

OKR = """team,quarter,objective_no,objective,key_result,priority,owner,mid_quarter_actual,mid_quarter_projection,end_of_quarter
shop,2026 Q2,1,Sell more bread,Open on Monday,P0,owner01,0.6,0.7,0.5
shop,2026 Q2,1,Sell more bread,Open on Sunday,P1,owner01,,0.8,
shop,2026 Q2,2,Waste less,Count every evening,P0,owner02;owner03,0.0,0.4,1.0
"""

OKR_VALUES = """Objective;Key Result;Owner;Unit;Baseline;Target;Current;Due
Sell more bread;Loaves a day;Dana Ortiz;loaves;100;150;120;31/12/2026
;Late orders;Dana Ortiz;per month;12;3;7,5;31/12/2026
"""


def burningokr(headers=None):
    return workbook(
        headers
        or [
            "Team",
            "Objective",
            "Progress",
            "Corporate Objective",
            "Key Result",
            "Description",
            "Start",
            "End",
            "Actual",
            "Unit",
        ],
        ["Shop", "Sell more bread", 0.4, "Grow", "Loaves a day", "Counted in the evening", 100, 150, 120, "loaves"],
        ["Shop", "Sell more bread", 0.4, "Grow", "Complaints", "", 10, 2, 8, "a month"],
        ["Office", "Pay on time", 0.1, "Be reliable", "Late invoices", "", 20, 0, 18, "invoices"],
        sheet="OKRs",
    )


XERO = """Two Vans Ltd,,
Profit and Loss,,
For the year ended 30 June 2026,,
Account,30 Jun 2026,30 Jun 2025
Income,,
Parcels,"85,000.00","80,000.00"
Interest,100.00,90.00
Total Income,"85,100.00","80,090.00"
Less Cost of Sales,,
Fuel,"29,000.00","27,000.00"
Total Cost of Sales,"29,000.00","27,000.00"
Gross Profit,"56,100.00","53,090.00"
Less Operating Expenses,,
Rent,"6,000.00","5,800.00"
Bank fees,(50.00),40.00
Total Operating Expenses,"5,950.00","5,840.00"
Net Profit,"50,150.00","47,250.00"
"""

QUICKBOOKS = """Profit and Loss,,
Two Vans LLC,,
January - December 2026,,
,,
,Jan - Dec 2026,Jan - Dec 2025
Income,,
  Parcels,600,550
  4010 Storage,200,180
Total Income,800,730
,,
Expenses,,
  Payroll,,
    Wages,300,280
    Taxes,30,28
  Total Payroll,330,308
  Rent or Lease,48,45
Total Expenses,378,353
,,
Net Operating Income,422,377
Other Income,,
  Interest,8,7
Total Other Income,8,7
Net Other Income,8,7
Net Income,430,384
"""

WAVE = """Profit and Loss
Two Vans
Date Range: Jan 01 2026 to Dec 31 2026
Report Type: Accrual (Paid & Unpaid)

,ACCOUNTS,Jan 01 2026 to Dec 31 2026
,Income,
,Parcels,$1200.50
,Total Income,$1200.50
,Cost of Goods Sold,
,Fuel,$200.25
,Total Cost of Goods Sold,$200.25
,Gross Profit,$1000.25
,Operating Expenses,
,Rent,$300.00
,Total Operating Expenses,$300.00
,Net Profit,$700.25
"""

QUICKBOOKS_JOURNAL = """Date,Ref No.,Journal No.,Line No.,Account,Debit,Credit,Name,Memo
2026-01-31,,J-1,1,Rent,500.00,0.00,,Shop
2026-01-31,,J-1,2,Cash,0.00,500.00,,
2026-02-01,,J-2,1,Cash,115.00,0.00,,
2026-02-01,,J-2,2,Sales,0.00,100.00,,
2026-02-01,,J-2,3,Tax Payable,0.00,15.00,,
"""

XERO_JOURNAL = """Date,JournalNumber,LineNumber,AccountCode,Description,Debit,Credit,TaxType,TrackingName1,TrackingOption1
31/01/2026,1,1,400,Flyers,120.00,,INPUT,Project,Web shop
31/01/2026,1,2,800,Bank,,120.00,,,
"""

BANK = """Date,Ref No.,Payee,Account,Amount,Memo,Bank Account
2026-01-02,,Baker,Supplies,-20.50,Flour,Main
2026-01-03,,Walk-in,Cash,115.00,Deposit,Main
"""

STRIPE = """balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,description
txn_1,2026-10-01 09:12:00,2026-10-03 00:00:00,eur,45.91,0.94,44.97,charge,Order 1
txn_2,2026-10-01 11:00:00,2026-10-03 00:00:00,eur,19.00,0.52,18.48,charge,Order 2
txn_3,2026-10-02 08:00:00,2026-10-02 08:00:00,eur,-19.00,0.00,-19.00,refund,Refund of order 2
txn_4,2026-10-03 06:00:00,2026-10-05 00:00:00,eur,-44.45,0.00,-44.45,payout,Payout
"""

STRIPE_ALL = """ID,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC)
txn_1,Charge,ch_1,5000,150,4850,jpy,2026-10-01 09:12,2026-10-03 00:00
txn_2,Payout,po_1,-4850,0,-4850,jpy,2026-10-04 09:12,2026-10-04 00:00
"""

PLAUSIBLE = """"date","visitors","pageviews","bounces","visits","visit_duration"
"2026-10-01",5,50,2,7,8640
"2026-10-02",3,4,2,3,43
"2026-10-03",0,0,0,0,0
"""

GA4 = """# ----------------------------------------
# Reports snapshot
# Account: Two vans
# Property: two-vans.example
# ----------------------------------------
#
# All users
# Start date: 20261001
# End date: 20261003
Nth day,Active users
0000,120
0001,98
0002,101

# Start date: 20261001
# End date: 20261003
Nth day,New users
0000,20
0001,18
0002,11

# Start date: 20261001
# End date: 20261003
First user primary channel group,Active users
Direct,200
"""

NOTION = """Name,Status,Owner,Budget,Due,Related
Web shop,In progress,Dana Ortiz,5000,"November 1, 2026 \u2192 December 24, 2026",Delivery (https://www.notion.so/Delivery-0123456789abcdef0123456789abcdef)
Delivery,Not started,Sam Lee,2500,"December 1, 2026 \u2192 January 15, 2027",
"""

AIRTABLE = """Name,Status,Owner,Budget,Files
Web shop,In progress,Dana Ortiz,5000,plan.pdf (https://v5.airtableusercontent.com/v3/u/abc/plan.pdf)
Delivery,Todo,Sam Lee,2500,
"""

GENERIC = """Projekt;Status;Verantwortlich;Budget;Fällig
Papier bestellen;Offen;Dana Ortiz;1.250,00;31/03/2026
Schloss reparieren;Erledigt;Sam Lee;80,50;04/04/2026
"""

PABULIB = """META
key;value
description;Test town
budget;1000
currency;PLN
PROJECTS
project_id;cost;votes;name
7;600;30;Trees
8;400;20;Library
VOTES
voter_id;vote
1;7
"""

SAMPLES = {
    "trello": json.dumps(TRELLO).encode(),
    "wekan": json.dumps(WEKAN).encode(),
    "planka": json.dumps(PLANKA).encode(),
    "asana": table(ASANA),
    "jira": table(JIRA),
    "jira-rss": table(JIRA_RSS),
    "linear": table(LINEAR),
    "github-issues": table(GITHUB),
    "github-project": table(GITHUB_VIEW),
    "openproject": table(OPENPROJECT),
    "leantime-todos": table(LEANTIME_TODOS),
    "leantime-milestones": table(LEANTIME_MILESTONES),
    "leantime-timesheets": table(LEANTIME_TIMESHEETS),
    "monday": monday(),
    "ticktick": table(TICKTICK),
    "fider": table(FIDER),
    "msproject": table(MSPDI),
    "stratml": table(STRATML),
    "burningokr": burningokr(),
    "okr": table(OKR),
    "xero": table(XERO),
    "quickbooks": table(QUICKBOOKS),
    "wave": table(WAVE),
    "quickbooks-journal": table(QUICKBOOKS_JOURNAL),
    "xero-journal": table(XERO_JOURNAL),
    "bank": table(BANK),
    "stripe": table(STRIPE),
    "plausible": table(PLAUSIBLE),
    "ga4": table(GA4),
    "notion": table(NOTION),
    "airtable": table(AIRTABLE),
    "table": table(GENERIC),
    "pabulib": table(PABULIB),
}
