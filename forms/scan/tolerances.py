"""How far what is read may lie from where it was printed, in millimetres where nothing else is said."""

DOTS = 5.0  # per mm of the flattened page that the boxes are looked for on
CROP = 1.5  # sides of a box that its picture covers: strokes that leave the box, but no neighbour
# Curled paper in a photo is off by 6 mm and more after the marks alone. The boxes of a neighbourhood look for
# themselves together: how far they look, how large the neighbourhood is, how much its boxes may differ.
FAR_SEARCHES = ((6.5, 60.0, 1.2), (4.4, 30.0, 0.8), (2.4, 18.0, 0.4), (1.6, 11.0, 0.2))
FARTHEST = 7.5  # less than from one row to the next: what seems to have moved further is another row
OWN_SEARCH = 1.2  # what is left for each box alone after that
NEAR_SEARCH = 1.4  # what a feeder's stretch leaves after the marks, where nothing is curled
NEIGHBOURS = 16.0  # how far away a box's neighbours are asked where it should be
WORST_FIT = 0.8  # a box found further than this from where its neighbours say is not trusted
WORST_ROW = 2.5  # and than this from where the rest of its row says: a column alone may slip by a row
LEAST_OUTLINE = 0.45  # of the page's usual darkness of outlines, that a box's own outline must have
LEAST_FOUND = (
    0.85  # share of a page's boxes whose outline must be where it should be, or the page is not read
)
LEAST_SPREAD = 0.3  # share of the page that marks and codes must span to tell its pose
ALL_FOUND = 0.97  # share of boxes below which a page is searched widely, as curled paper needs it
SMALL_MARK = 0.35  # of the ink of the page's usual mark: a mark with less may be dirt
FAINT_PAGE = 0.3  # share of a page's statements that may look blank before faint ink must be feared lost
RED_INK = 1.2  # square mm of red in a box that are a red pen's and not a fleck's
STAMP_LEAST = 18.0  # a red thing wider and higher than this is a stamp, not a pen's mark
WRITTEN = 4.0  # square mm of ink in the box for free writing that are more than a fleck
