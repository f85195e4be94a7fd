#!/usr/bin/python3
"""SQLAlchemy over psycopg2 against a served database: tables made from models, the ORM, and reflection.

usage: sqlalchemy_client.py URL; prints "ok NAME" or "FAIL NAME: why" a check.
"""
import datetime as dt
import decimal
import sys
import traceback

import sqlalchemy as sa
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()
CHECKS = []


class Author(Base):
    __tablename__ = "author"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(50), nullable=False, unique=True, comment="who")
    born = sa.Column(sa.Date)
    books = relationship("Book", back_populates="author", cascade="all, delete-orphan")


class Book(Base):
    __tablename__ = "book"
    id = sa.Column(sa.BigInteger, primary_key=True)
    author_id = sa.Column(sa.ForeignKey("author.id", ondelete="CASCADE"), index=True)
    title = sa.Column(sa.Text, nullable=False)
    price = sa.Column(sa.Numeric(8, 2), sa.CheckConstraint("price >= 0", name="price_is_fair"), server_default="1.00")
    tags = sa.Column(sa.ARRAY(sa.Text))
    added = sa.Column(sa.DateTime(timezone=True), server_default=sa.func.now())
    author = relationship("Author", back_populates="books")


def check(function):
    CHECKS.append(function)
    return function


@check
def tables_are_made(engine):
    Base.metadata.create_all(engine)
    Base.metadata.create_all(engine)


@check
def objects_are_kept(engine):
    with Session(engine) as session:
        session.add(Author(name="A", born=dt.date(1900, 1, 2),
                           books=[Book(title="One", price=decimal.Decimal("9.99"), tags=["x", "y"]), Book(title="Two")]))
        session.commit()
        author = session.query(Author).filter_by(name="A").one()
        assert [b.title for b in author.books] == ["One", "Two"]
        assert author.books[0].tags == ["x", "y"] and author.books[1].price == decimal.Decimal("1.00")
        count = session.query(sa.func.count(Book.id)).join(Author).filter(Author.name == "A").scalar()
        assert count == 2
        author.books.pop()
        session.commit()
        assert session.query(Book).count() == 1


@check
def tables_are_reflected(engine):
    meta = sa.MetaData()
    meta.reflect(engine)
    assert set(meta.tables) == {"author", "book"}, set(meta.tables)
    book = meta.tables["book"]
    assert isinstance(book.c.price.type, sa.Numeric) and book.c.price.type.scale == 2
    assert isinstance(book.c.tags.type, sa.ARRAY)
    assert not book.c.title.nullable and book.c.id.primary_key
    assert [f.target_fullname for f in book.foreign_keys] == ["author.id"]


@check
def the_inspector_sees_everything(engine):
    i = sa.inspect(engine)
    assert "public" in i.get_schema_names()
    assert i.has_table("author") and not i.has_table("nothing")
    assert i.get_pk_constraint("author")["constrained_columns"] == ["id"]
    assert [u["column_names"] for u in i.get_unique_constraints("author")] == [["name"]]
    assert [c["name"] for c in i.get_check_constraints("book")] == ["price_is_fair"]
    assert [x["name"] for x in i.get_indexes("book")] == ["ix_book_author_id"]
    key = i.get_foreign_keys("book")[0]
    assert key["referred_table"] == "author" and key["options"] == {"ondelete": "CASCADE"}, key
    columns = {c["name"]: c for c in i.get_columns("author")}
    assert columns["name"]["comment"] == "who" and columns["id"]["autoincrement"]
    with engine.begin() as c:
        c.execute(sa.text("CREATE VIEW expensive AS SELECT * FROM book WHERE price > 5"))
    assert i.get_view_names() == ["expensive"]
    assert "price" in i.get_view_definition("expensive")
    assert "book_id_seq" in i.get_sequence_names()


@check
def errors_are_told_apart(engine):
    with Session(engine) as session:
        session.add(Author(name="A"))
        try:
            session.commit()
            raise AssertionError("no error")
        except sa.exc.IntegrityError as e:
            assert e.orig.pgcode == "23505"
            session.rollback()


@check
def tables_are_dropped(engine):
    with engine.begin() as c:
        c.execute(sa.text("DROP VIEW expensive"))
    Base.metadata.drop_all(engine)
    assert sa.inspect(engine).get_table_names() == []


def main():
    failed = 0
    engine = sa.create_engine(sys.argv[1], future=True)
    for function in CHECKS:
        try:
            function(engine)
            print("ok", function.__name__)
        except Exception:
            failed += 1
            print("FAIL", function.__name__ + ":", " ".join(traceback.format_exc().strip().splitlines()[-3:]))
    return failed != 0


sys.exit(main())
