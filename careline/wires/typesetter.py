"""Sets a transcript as PDF: JSON comes in, the PDF goes out, and that is all this process ever does.

It is run as a script of its own (`careline.wires.typeset` starts it), so that neither the time nor the memory of a long
transcript is the server's. What people wrote is data to the template and never markup.
"""

import resource
import sys

MEMORY = 2 << 30
SECONDS = 20
TEMPLATE = """
#let told = json(bytes(sys.inputs.told))
#set document(title: told.title, date: none)
#set page(paper: "a4", margin: 2cm, numbering: "1 / 1")
#set text(size: 10pt, lang: "en")
#set par(justify: false)
#text(size: 16pt, weight: "bold", told.title)
#for line in told.cover [ #v(-0.4em) #text(fill: luma(80), line) \\ ]
#line(length: 100%, stroke: 0.5pt + luma(180))
#for said in told.said {
  block(above: 1.1em, below: 0.3em, sticky: true)[
    #text(weight: "bold", said.who) #h(0.4em) #text(size: 8pt, fill: luma(100), said.about)
  ]
  for line in said.lines { block(above: 0.4em, below: 0.4em, text(line)) }
}
"""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    import typst

    told = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(typst.compile(TEMPLATE.encode(), sys_inputs={"told": told}))


if __name__ == "__main__":
    main()
