import AWSWire
import NodeLink
import State
import Testing

@testable import Server

@Suite("Pulls in roost status") struct PullsScreenTests {
    @Test("a line for each pull, and none when they are over") func lines() {
        let book = PullBook()
        #expect(PullsScreen.lines(book.page) == [])
        let (one, two) = (ContainerInstanceRecord.key("default", "b"), ContainerInstanceRecord.key("default", "a"))
        book.take([ACS.RoostPull(image: "web:2", bytes: 45_613_056, total: 125_829_120)], of: one)
        book.take([ACS.RoostPull(image: "db:1", bytes: -1, total: 0), ACS.RoostPull()], of: two)
        #expect(
            PullsScreen.lines(book.page) == [
                "pulls", "  db:1  0.0/0.0 MiB  on default/a", "    0.0/0.0 MiB  on default/a",
                "  web:2  43.5/120.0 MiB  36 %  on default/b", "",
            ])
        book.take([], of: one)
        book.take([], of: two)
        #expect(PullsScreen.lines(book.page) == [])
    }

    @Test("what an agent tells has a limit") func bounds() {
        let book = PullBook()
        let told = (0..<99).map { ACS.RoostPull(image: String(repeating: "x", count: 9_999), bytes: $0, total: .max) }
        book.take(told, of: ContainerInstanceRecord.key("default", "a"))
        let lines = PullsScreen.lines(book.page)
        #expect(lines.count == 22 && lines.allSatisfy { $0.count < 400 })
    }
}
